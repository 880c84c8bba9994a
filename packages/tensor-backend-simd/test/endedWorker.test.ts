import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('endedWorker.mjs', import.meta.url));

test.each(['terminate', 'no such program'])(
  'a worker that ends (%s) is an error on the calling thread within seconds',
  async (way) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, way], {
      timeout: 30_000,
    });
    const said = JSON.parse(stdout) as { seconds: number };
    const message = 'simd: a worker thread has ended.';
    expect(said).toMatchObject({ before: 256, name: 'BackendError', message, again: message });
    expect(said.seconds).toBeLessThan(5);
  },
  40_000,
);

const silent = `
  import { createRequire, syncBuiltinESMExports } from 'node:module';
  const threads = createRequire(import.meta.url)('node:worker_threads');
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options) {
      // A worker that ends before it has said a word.
      super(/worker\\.js$/.test(String(file)) ? new URL('data:text/javascript,') : file, options);
    }
  };
  syncBuiltinESMExports();
  const { startBackend } = await import('@bnrnn/tensor-backend');
  const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
  const error = await startBackend(simdBackend, { threads: 2, memoryMiB: 64 }).catch((thrown) => thrown);
  console.log(JSON.stringify([error.name, error.message, error.hint]));
`;

test('a worker that ends before it answers is an error, and no process that ends in silence', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', silent],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), timeout: 30_000 },
  );
  expect(JSON.parse(stdout)).toEqual([
    'BackendError',
    'simd: a worker thread did not start: it ended with status 0.',
    'Start with fewer threads (--threads 1 needs no worker), or take another backend.',
  ]);
});
