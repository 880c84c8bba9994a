import { expectOneOf } from '@bnrnn/core';

const known = ['cpu', 'wasm', 'simd', 'node', 'node-gpu', 'webgpu'] as const;

export type TestBackend = (typeof known)[number];

/**
 * The names of the backends that a suite runs on: those in `BNRNN_TEST_BACKENDS`, separated by
 * commas, otherwise `cpu` and `wasm`. Starting one is the suite's part (`startBackend`).
 *
 * @throws UsageError when a name is none of the known ones.
 */
export function testBackends(
  setting: string | undefined = process.env['BNRNN_TEST_BACKENDS'],
): readonly TestBackend[] {
  const names = (setting ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (names.length === 0) return ['cpu', 'wasm'];
  return names.map((name) => expectOneOf('BNRNN_TEST_BACKENDS', name, known));
}

/** The first of `testBackends`: what a suite runs on that needs one backend and not each. */
export function testBackend(setting?: string): TestBackend {
  return testBackends(setting)[0] as TestBackend;
}
