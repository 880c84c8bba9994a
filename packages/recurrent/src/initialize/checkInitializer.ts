import { expectNumber, expectOneOf } from '@bnrnn/core';
import type { InitializerSpec } from './initializer';

/**
 * Checks an initializer that may come from a file.
 *
 * @param caller  the function the reader called, e.g. `lstm`.
 * @throws UsageError naming the field, what came and what was wanted.
 */
export function checkInitializer(caller: string, initializer: InitializerSpec): InitializerSpec {
  const { kind } = initializer;
  expectOneOf(`${caller}: initializer.kind`, kind, [
    'uniform',
    'glorot',
    'orthogonal',
    'normal',
    'zeros',
  ]);
  if (kind === 'uniform') {
    expectNumber(`${caller}: initializer.range`, initializer.range, { above: 0 });
  }
  if (kind === 'normal') {
    expectNumber(`${caller}: initializer.deviation`, initializer.deviation, { above: 0 });
  }
  if (kind === 'orthogonal') {
    const choices = ['orthogonal', 'identity'] as const;
    expectOneOf(`${caller}: initializer.recurrent`, initializer.recurrent, choices);
  }
  return initializer;
}
