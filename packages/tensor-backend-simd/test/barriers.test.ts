import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('fingerprintModels.mjs', import.meta.url));

async function digests(threads: number, env: Record<string, string>): Promise<object> {
  const args = [script, String(threads)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout) as object;
}

// Threads that drift apart behind every barrier meet at the next, or compute other numbers: without the first
// barrier of `lstm`, `gru`, `rnn` or `placement` each of those programs' models differ.
test.each([
  [3, {}],
  [4, { BNRNN_BLAS: 'none' }],
])(
  '%i threads that fall behind in turn train every cell to the same bits, %j',
  async (threads, env) => {
    const [together, apart] = await Promise.all([
      digests(threads, env),
      digests(threads, { ...env, BNRNN_SIMD_LAG: '1' }),
    ]);
    expect(Object.keys(together)).toHaveLength(9);
    expect(apart).toEqual(together);
  },
);
