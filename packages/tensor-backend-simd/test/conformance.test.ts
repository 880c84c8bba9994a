import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { excluded } from './conformance/excluded';

interface Outcome {
  passed: number;
  /** The first message by the test's full name. */
  failed: Record<string, string>;
}

const script = fileURLToPath(new URL('conformance/run.mjs', import.meta.url));

async function run(backend: string): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, backend], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Outcome;
}

test('tfjs-core’s own tests: no failure on simd that tfjs’s cpu backend does not have', async () => {
  const [cpu, simd] = await Promise.all([run('cpu'), run('simd')]);
  const failures = Object.entries(simd.failed).filter(
    ([name]) => !(name in cpu.failed) && !(name in excluded),
  );
  expect(Object.fromEntries(failures)).toEqual({});
  expect(Object.keys(excluded).length).toBeLessThanOrEqual(20);
  // Two tests are about backends named cpu alone; all others ran.
  expect(simd.passed).toBeGreaterThan(4000);
  expect(cpu.passed - simd.passed).toBeLessThanOrEqual(2 + Object.keys(excluded).length);
}, 300_000);
