import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('brokenProgram.mjs', import.meta.url));

test('a program that throws on one thread lets the others go, and the threads work on', async () => {
  // Threads that wait for ever would hang a whole process.
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 });
  const results = JSON.parse(stdout) as [string, string, number[]][];
  const inWorker =
    'BackendError: simd: the program layerNormalizeGradient failed in a worker thread.';
  const inCaller = 'RuntimeError: memory access out of bounds';
  expect(results.map(([which, thrown]) => [which, thrown])).toEqual([
    ['workers', inWorker],
    ['caller', inCaller],
    ['all', inCaller],
    ['none', 'nothing'],
  ]);
  const product = [122, 96, 108, 96, 82, 102, 108, 102, 146];
  for (const [, , computed] of results) expect(computed).toEqual([...product, -1.2247, -0.7071]);
});
