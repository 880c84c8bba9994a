import { perplexityOf } from './perplexity';

/** Sums over batches, float64 and plain JSON: both averages of the perplexity come from them. */
export interface LossSums {
  readonly nats: number;
  readonly units: number;
  readonly batches: number;
  /** Σ over batches of exp(the batch's mean nats). */
  readonly perplexities: number;
}

/** Both averages: `perplexity` weighs every unit alike, `perplexityMeanOfBatches` every batch. */
export interface LossMeans {
  readonly nllPerUnit: number;
  readonly perplexity: number;
  readonly perplexityMeanOfBatches: number;
}

export const noLoss: LossSums = { nats: 0, units: 0, batches: 0, perplexities: 0 };

export function addBatch(sums: LossSums, nats: number, units: number): LossSums {
  return {
    nats: sums.nats + nats,
    units: sums.units + units,
    batches: sums.batches + 1,
    perplexities: sums.perplexities + perplexityOf(nats / units),
  };
}

/**
 * The means of what was summed.
 *
 *   perplexity = exp(Σ nats / Σ units)     perplexityMeanOfBatches = mean over batches of exp(nats / units)
 *
 * @see recipes: the authors report the second, everyone else the first.
 */
export function meansOf({ nats, units, batches, perplexities }: LossSums): LossMeans {
  const nllPerUnit = nats / units;
  return {
    nllPerUnit,
    perplexity: perplexityOf(nllPerUnit),
    perplexityMeanOfBatches: perplexities / batches,
  };
}
