import { randomStream } from '@bnrnn/core';

/** Up to here all sign patterns are counted; beyond, so many are drawn. */
const countedUpTo = 20;
const drawn = 100_000;

/**
 * The one-sided sign-flip test of paired differences: the share of all 2ⁿ sign patterns whose sum is
 * at least the one observed. Under "symmetric around zero" it is at most α with probability α, for
 * every distribution. Its smallest value is 2⁻ⁿ.
 *
 * Beyond 20 values 100,000 patterns are drawn (the observed one counts as one of them).
 *
 * @param values  differences, turned so that positive ones speak for the alternative.
 * @see Fisher 1935, "The Design of Experiments", section 21
 */
export function signFlipTest(values: readonly number[], seed = 1): number {
  const observed = values.reduce((sum, value) => sum + value, 0);
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const least = observed - 1e-12 * size;
  return values.length <= countedUpTo ? counted(values, least) : sampled(values, least, seed);
}

function counted(values: readonly number[], least: number): number {
  const patterns = 2 ** values.length;
  let atLeast = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    values.forEach((value, i) => (sum += (pattern >>> i) & 1 ? -value : value));
    if (sum >= least) atLeast += 1;
  }
  return atLeast / patterns;
}

function sampled(values: readonly number[], least: number, seed: number): number {
  const stream = randomStream('sign flips', seed);
  let atLeast = 1;
  for (let pattern = 1; pattern < drawn; pattern++) {
    const signs = stream.words(values.length, pattern);
    let sum = 0;
    values.forEach((value, i) => (sum += (signs[i] as number) & 1 ? -value : value));
    if (sum >= least) atLeast += 1;
  }
  return atLeast / drawn;
}
