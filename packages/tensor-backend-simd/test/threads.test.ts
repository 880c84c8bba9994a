import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { bfloatLibraryOf } from '../src/blas/bfloatLibrary';
import { findBlas } from '../src/blas/findBlas';
import { processorHere } from '../src/blas/processor';

interface Fingerprint {
  threads: number;
  losses: number[];
  weights: number[];
}

const script = fileURLToPath(new URL('fingerprint.mjs', import.meta.url));

async function train(threads: number, env: Record<string, string> = {}): Promise<Fingerprint> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(threads)], {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Fingerprint;
}

/** An environment in which nothing is asked of the backend. */
function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const asked = ['BNRNN_THREADS', 'BNRNN_BLAS', 'BNRNN_MEMORY_MIB'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !asked.includes(name)));
}

const one = train(1);

describe('three training steps', () => {
  test('two threads give what one gives, to rounding', async () => {
    const [alone, together] = await Promise.all([one, train(2)]);
    expect([alone.threads, together.threads]).toEqual([1, 2]);
    expect(alone.losses[2]).toBeLessThan(alone.losses[0]!);
    expectClose(together.losses, alone.losses, { rtol: 1e-6 });
    expectClose(together.weights, alone.weights, { rtol: 1e-6 });
  });

  test.each([4, 5])('%i threads, more than some ranges have parts', async (threads) => {
    expectClose((await train(threads)).weights, (await one).weights, { rtol: 1e-6 });
  });

  test('without a BLAS, and with freed memory poisoned', async () => {
    const own = await train(2, { BNRNN_BLAS: 'none', BNRNN_SIMD_POISON: '1' });
    expectClose(own.weights, (await one).weights, { rtol: 1e-6 });
  });

  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const processor = processorHere();
  const settings = [
    ...['none', 'openblas', 'onednn', 'mkl'].map((library) => ({ library, precision: 'float32' })),
    ...['bf16x3', 'bf16'].map((precision) => ({
      library: bfloatLibraryOf(processor),
      precision,
    })),
  ];
  test.for(settings)(
    'the same threads give the same bits from run to run: $library, $precision',
    async ({ library, precision }, { skip }) => {
      const canRun = precision === 'float32' || processor.bfloat16;
      const isHere = library === 'none' || findBlas(memory, { wanted: library }).blas !== null;
      skip(!canRun || !isHere, `needs ${library}${canRun ? '' : ' and bfloat16'}`);
      const env = { BNRNN_BLAS: library, BNRNN_PRECISION: precision };
      for (const threads of [1, 2]) {
        const [first, second] = [await train(threads, env), await train(threads, env)];
        expect(second).toEqual(first);
        expectClose(first.losses, (await one).losses, { rtol: 1e-4 });
      }
    },
  );
});

const startTwice = `
  import { syncBuiltinESMExports } from 'node:module';
  import os from 'node:os';
  // A machine with more cores than the backend takes threads.
  os.availableParallelism = () => 65;
  syncBuiltinESMExports();
  const { startBackend } = await import('@bnrnn/tensor-backend');
  const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
  const said = [];
  const note = (error) => said.push([error.name, error.message]);
  await startBackend(simdBackend, { threads: 65 }).catch(note);
  process.env.BNRNN_BLAS = '/no/such/lib.so';
  await startBackend(simdBackend).catch(note);
  process.env.BNRNN_BLAS = 'none';
  const both = await Promise.all([startBackend(simdBackend), startBackend(simdBackend)]);
  console.log(JSON.stringify({ said, same: both[0].versions === both[1].versions, threads: both[0].threads }));
  process.exit(0);
`;

describe('starting', () => {
  test('what cannot be is refused, and two starts at once are one', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', startTwice],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), env: clean(process.env) },
    );
    expect(JSON.parse(stdout)).toEqual({
      said: [
        [
          'UsageError',
          'startBackend: threads is 65, expected a whole number at least 1 and at most 64.',
        ],
        [
          'UsageError',
          'BNRNN_BLAS names a library that cannot be used: /no/such/lib.so: does not exist.',
        ],
      ],
      same: true,
      threads: 64,
    });
  });

  test('BNRNN_THREADS is the default; another number in one process is refused', async () => {
    const before = process.env['BNRNN_THREADS'];
    process.env['BNRNN_THREADS'] = '3';
    try {
      expect((await startBackend('simd')).threads).toBe(3);
      await expect(startBackend('simd', { threads: 2 })).rejects.toThrow(
        'simd: already runs with 3 threads in this process, asked for 2.',
      );
      process.env['BNRNN_THREADS'] = 'many';
      await expect(startBackend('simd')).rejects.toThrow('BNRNN_THREADS is "many"');
      delete process.env['BNRNN_THREADS'];
      expect((await startBackend('simd')).threads).toBe(3);
    } finally {
      if (before === undefined) delete process.env['BNRNN_THREADS'];
      else process.env['BNRNN_THREADS'] = before;
    }
  });
});
