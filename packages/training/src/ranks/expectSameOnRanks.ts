import { UsageError, type Collective } from '@bnrnn/core';
import { firstDifference } from '../checkpoint/firstDifference';

/**
 * Refuses ranks that would not compute the same: another version, seed, corpus or setting.
 *
 * @param facts  plain JSON; what the ranks must have alike.
 * @throws UsageError on every rank, naming the first that differs from rank 0, and where.
 */
export function expectSameOnRanks(collective: Collective, facts: unknown): void {
  if (collective.size === 1) return;
  const [first, ...others] = collective
    .gather(JSON.stringify(facts))
    .map((text): unknown => JSON.parse(text));
  others.forEach((other, at) => {
    const difference = firstDifference(first, other);
    if (difference === undefined) return;
    const { path, left, right } = difference;
    throw new UsageError(
      `train: ${path} is ${left} on rank 0 and ${right} on rank ${at + 1}, and all ranks must have the same.`,
      { hint: 'Start every rank with the same command, the same code and the same data.' },
    );
  });
}
