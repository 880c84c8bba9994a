import type { Collective } from '@bnrnn/core';

/** Each number summed over the ranks in float64; all ranks get the same bits. */
export function sumNumbers<Names extends string>(
  collective: Collective,
  numbers: Readonly<Record<Names, number>>,
): Record<Names, number> {
  const names = Object.keys(numbers) as Names[];
  const values = Float64Array.from(names, (name) => numbers[name]);
  collective.sum(values);
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Names, number>;
}
