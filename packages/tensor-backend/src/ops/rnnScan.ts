import { expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { runPlainScan } from './scanOp';

export interface RnnScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias?: Tensor1D | undefined;
  hidden0: Tensor2D;
  lengths?: GivenLengths | undefined;
  reverse?: boolean | undefined;
  activation: 'tanh' | 'relu';
}

export interface RnnScanResult {
  hidden: Tensor3D;
  finalHidden: Tensor2D;
}

/**
 * Runs a vanilla recurrent network over all steps of inputs that are already projected.
 *
 *   h' = activation(projected[t] + h·U + b)
 *
 * A padded step carries the state unchanged and gives 0.
 *
 * @param options.projected      float32 [time, batch, units]: W·x, with its bias.
 * @param options.recurrent      float32 [units, units]: U.
 * @param options.recurrentBias  float32 [units]: b; none when absent.
 * @param options.hidden0        float32 [batch, units].
 * @param options.lengths        real steps of each row; all when absent.
 * @param options.reverse        whether the scan starts at the last step.
 * @param options.activation     `tanh` or `relu`.
 * @returns hidden, float32 [time, batch, units] in the order of the inputs; finalHidden, float32
 *   [batch, units], the state after the scan's last step.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time; BackendError where the
 *   kernel is missing and fallbacks are forbidden.
 * @see Elman 1990.
 */
export function rnnScan(options: RnnScanOptions): RnnScanResult {
  const { projected, recurrent, recurrentBias, hidden0, activation } = options;
  const reverse = options.reverse ?? false;
  const units = recurrent.shape[0];
  expectShape('rnnScan', 'recurrent', recurrent, { units, columns: units });
  expectShape('rnnScan', 'projected', projected, { time: null, batch: null, units });
  const batch = projected.shape[1];
  expectShape('rnnScan', 'hidden0', hidden0, { batch, units });
  if (recurrentBias) expectShape('rnnScan', 'recurrentBias', recurrentBias, { units });
  const lengths = paddedLengths('rnnScan', options.lengths, { time: projected.shape[0], batch });
  const inputs = { projected, recurrent, recurrentBias, hidden0 };
  const { hidden, finalHidden } = runPlainScan(inputs, {
    cell: 'rnn',
    activation,
    reverse,
    lengths,
  });
  return { hidden, finalHidden };
}
