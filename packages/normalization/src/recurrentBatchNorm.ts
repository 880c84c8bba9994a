import { batchNorm } from './batchNorm';
import type { Normalizer } from './normalizer';

/** The placements of recurrent batch normalization, each with a normalizer of its own. */
export interface RecurrentBatchNorm {
  /** W·x, without a shift: the cell keeps its bias. */
  readonly inputToHidden: Normalizer;
  /** h·U, without a shift: the cell keeps its bias. */
  readonly hiddenToHidden: Normalizer;
  /** The cell state on its way to the output, with a shift; the carried cell is left alone. */
  readonly cell: Normalizer;
}

export interface RecurrentBatchNormOptions {
  /** Time steps with statistics of their own; later steps use the last. */
  readonly maxSteps: number;
  /** The share of the old running value; default 0.9. */
  readonly decay?: number;
}

/**
 * Recurrent batch normalization, as a layer's `normalize` takes it.
 *
 *   gates = BN(x·W) + BN(h·U) + b      c' = f∘c + i∘g      h' = o∘tanh(BN(c'))
 *
 * All three are frame-wise with gain 0.1 at the start, ε = 1e-5 and statistics for each time step
 * up to `maxSteps`; its authors re-estimate them over the training set before an evaluation.
 *
 * @throws UsageError for a setting out of range.
 * @see Cooijmans et al. 2016, sections 3 and 4 (gain: section 4).
 */
export function recurrentBatchNorm(options: RecurrentBatchNormOptions): RecurrentBatchNorm {
  const make = () =>
    batchNorm({ ...options, over: 'frame', epsilon: 1e-5, gain: 0.1, perStep: true });
  return { inputToHidden: make(), hiddenToHidden: make(), cell: make() };
}
