import { batchNormOf } from './batchNorm';
import { batchNormSpec } from './batchNormSpec';
import type { Normalizer } from './normalizer';
import type { BatchNormSpec } from './normalizerSpec';

/** The placements of recurrent batch normalization, each with a normalizer of its own. */
export interface RecurrentBatchNorm<Kind> {
  /** W·x, without a shift: the cell keeps its bias. */
  readonly inputToHidden: Kind;
  /** h·U, without a shift: the cell keeps its bias. */
  readonly hiddenToHidden: Kind;
  /** The cell state on its way to the output, with a shift; the carried cell is left alone. */
  readonly cell: Kind;
}

export interface RecurrentBatchNormOptions {
  /** Time steps with statistics of their own; later steps use the last. */
  readonly maxSteps: number;
  /** The share of the old running value; default 0.9. */
  readonly decay?: number;
}

/**
 * The specifications of recurrent batch normalization.
 *
 *   gates = BN(x·W) + BN(h·U) + b      c' = f∘c + i∘g      h' = o∘tanh(BN(c'))
 *
 * All three are frame-wise with gain 0.1 at the start, ε = 1e-5 and statistics for each time step
 * up to `maxSteps`; its authors re-estimate them over the training set before an evaluation.
 *
 * @throws UsageError for a setting out of range.
 * @see Cooijmans et al. 2016, sections 3 and 4 (gain: section 4).
 */
export function recurrentBatchNormSpecs(
  options: RecurrentBatchNormOptions,
): RecurrentBatchNorm<BatchNormSpec> {
  const spec = batchNormSpec({
    ...options,
    over: 'frame',
    epsilon: 1e-5,
    gain: 0.1,
    perStep: true,
  });
  return { inputToHidden: spec, hiddenToHidden: spec, cell: spec };
}

/** The normalizers of {@link recurrentBatchNormSpecs}, as a layer's `normalize` takes them. */
export function recurrentBatchNorm(
  options: RecurrentBatchNormOptions,
): RecurrentBatchNorm<Normalizer> {
  const specs = recurrentBatchNormSpecs(options);
  return {
    inputToHidden: batchNormOf(specs.inputToHidden),
    hiddenToHidden: batchNormOf(specs.hiddenToHidden),
    cell: batchNormOf(specs.cell),
  };
}
