import { UsageError } from '@bnrnn/core';
import type { Normalizer } from './normalizer';

type Needs = Pick<Normalizer, 'needs'>;
type Sums = Pick<Normalizer, 'needs' | 'sumsOverRanks' | 'fold' | 'spec'>;

/**
 * Refuses sequence-wise statistics at a placement inside the recurrence.
 *
 * @param placement  the placement's name, e.g. `hiddenToHidden`.
 * @throws UsageError where the statistics need values of time steps that do not exist yet.
 */
export function refuseInsideRecurrence({ needs }: Needs, placement: string): void {
  if (needs !== 'sequence') return;
  throw new UsageError(
    `${placement}: sequence-wise statistics cannot be used inside the recurrence, they need the values of time steps that do not exist yet.`,
    { hint: `Use batchNorm({ over: 'frame' }) or layerNorm at ${placement}.` },
  );
}

/**
 * Refuses sequence-wise statistics in a model that predicts what comes next.
 *
 * @param where  the model and the placement, e.g. `languageModel: layers.0.inputToHidden`.
 * @throws UsageError where the statistics would show the model the tokens it has to predict.
 */
export function refuseInCausalModel({ needs }: Needs, where: string): void {
  if (needs !== 'sequence') return;
  throw new UsageError(
    `${where}: sequence-wise statistics cannot be used in a causal model, they leak the tokens that it has to predict.`,
    { hint: `Use batchNorm({ over: 'frame' }) or layerNorm.` },
  );
}

/**
 * Refuses, on several ranks, a strategy that needs rows which other ranks hold and does not sum over ranks.
 *
 * @param where        the function that the reader called, e.g. `train`.
 * @param normalizers  of the model, by path.
 * @throws UsageError naming the first such normalizer.
 */
export function refuseUnsummed(where: string, normalizers: ReadonlyMap<string, Sums>): void {
  for (const [path, { needs, sumsOverRanks, fold, spec }] of normalizers) {
    // Statistics of a rank's own rows would differ from rank to rank.
    if ((needs === 'row' && fold === undefined) || sumsOverRanks === true) continue;
    throw new UsageError(
      `${where}: the strategy "${spec.kind}" at ${path} needs rows of the whole batch, which ranks hold in parts, and does not sum over ranks.`,
      {
        hint: 'Train in one process, or let the strategy sum over options.collective and say so: sumsOverRanks: true.',
      },
    );
  }
}
