import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const cwd = fileURLToPath(new URL('.', import.meta.url));

/** Starts `auto` and `simd`: prints what was passed over, what started, and what simd's own start throws. */
const script = `
  const { registerBackend, registeredBackends, startBackend } = await import('@bnrnn/tensor-backend');
  const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
  registerBackend(simdBackend);
  const backends = registeredBackends();
  const said = {};
  const passed = {};
  const onPassedOver = (name, { absent, reason }) => {
    if (!absent) passed[name] = reason;
  };
  const started = await startBackend('auto', { onPassedOver }).catch((error) => error);
  const simd = await startBackend('simd').catch((error) => error);
  const show = ({ name, threads, message, hint }) => ({ name, threads, message, hint });
  const { available } = await backends.find(({ name }) => name === 'simd').probe().catch(() => ({}));
  console.log(JSON.stringify({ passed, started: show(started), simd: show(simd), available }));
  process.exit(0);
`;

interface Said {
  passed: Record<string, string>;
  started: { name: string; threads?: number; message?: string; hint?: string };
  simd: { name: string; threads?: number; message?: string; hint?: string };
  available?: boolean;
}

async function start(
  flags: readonly string[],
  { limit = 'unlimited', env = {} }: { limit?: string; env?: Record<string, string> } = {},
): Promise<Said> {
  const asked = { BNRNN_THREADS: '', BNRNN_BLAS: '', BNRNN_MEMORY_MIB: '', ...env };
  const args = ['-c', 'ulimit -v "$0"; exec "$@"', limit, process.execPath, ...flags];
  const { stdout } = await promisify(execFile)(
    'bash',
    [...args, '--input-type=module', '--eval', script],
    { cwd, env: { ...process.env, ...asked }, timeout: 60_000 },
  );
  return JSON.parse(stdout) as Said;
}

describe.runIf(process.platform === 'linux')('under ulimit -v', () => {
  test('simd and wasm are passed over with the limit and what helps; cpu starts', async () => {
    const { passed, started, simd, available } = await start([], { limit: '4000000' });
    const limited =
      'can be reserved: the address space of this process is limited to 3,906 MiB (ulimit -v).';
    expect(passed).toEqual({
      simd: `simd: No WebAssembly memory of 4,096 MiB ${limited}`,
      wasm: `No WebAssembly memory of 2,048 MiB ${limited}`,
    });
    expect(started.name).toBe('cpu');
    expect(simd.name).toBe('BackendError');
    expect(simd.hint).toContain('--disable-wasm-trap-handler and BNRNN_MEMORY_MIB=832');
    expect(available).toBe(false);
  });

  test('what is advised works, and too much more is refused instead of ending the process', async () => {
    const flags = ['--disable-wasm-trap-handler'];
    const asked = (memory: string) => ({
      limit: '4000000',
      env: { BNRNN_MEMORY_MIB: memory, BNRNN_THREADS: '2' },
    });
    expect((await start(flags, asked('832'))).started).toMatchObject({ name: 'simd', threads: 2 });
    const { passed, started } = await start(flags, asked('2304'));
    expect(passed['simd']).toMatch(/^simd: 2 threads need 1,280 MiB of addresses beside /);
    expect(started.name).toBe('wasm');
  });
});

describe("under Node's permission model", () => {
  const model =
    Number(process.versions.node.split('.')[0]) < 23 ? 'experimental-permission' : 'permission';
  const flags = ['--no-warnings', `--${model}`, '--allow-fs-read=*'];

  test('without worker threads one computes, and more are refused in a sentence', async () => {
    const one = await start(flags);
    expect(one.started).toMatchObject({ name: 'simd', threads: 1 });
    const two = await start(flags, { env: { BNRNN_THREADS: '2' } });
    expect(two.passed['simd']).toBe(
      "simd: 2 threads need worker threads, which Node's permission model forbids here.",
    );
    expect(two.started.name).toBe('wasm');
  });
});

test.each([
  ['BNRNN_THREADS', 'abc', 'BNRNN_THREADS is "abc", expected a whole number'],
  ['BNRNN_THREADS', '1000', 'BNRNN_THREADS is 1000, expected a whole number'],
  ['BNRNN_MEMORY_MIB', '10', 'BNRNN_MEMORY_MIB is 10, expected a whole number at least 64'],
  ['BNRNN_BLAS', '/no/such', 'BNRNN_BLAS names a library that cannot be used: /no/such: does not'],
  ['BNRNN_SIMD_POISON', 'yes', 'BNRNN_SIMD_POISON is "yes", expected one of: 0, 1.'],
  ['BNRNN_FALLBACK', 'x', 'BNRNN_FALLBACK is "x", expected one of: allow, forbid.'],
])('%s=%s is refused under auto', async (name, value, message) => {
  const { passed, started } = await start([], { env: { [name]: value } });
  expect(passed).toEqual({});
  expect(started.name).toBe('UsageError');
  expect(started.message).toContain(message);
});
