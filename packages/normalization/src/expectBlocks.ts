import { UsageError } from '@bnrnn/core';

/** Refuses a number of equal blocks that does not divide the features. */
export function expectBlocks(caller: string, features: number, groups: number): void {
  if (features % groups === 0) return;
  throw new UsageError(
    `${caller}: groups is ${groups}, expected a divisor of the ${features} features.`,
  );
}
