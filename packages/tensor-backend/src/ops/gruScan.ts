import { expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { runPlainScan } from './scanOp';

export interface GruScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias?: Tensor1D | undefined;
  hidden0: Tensor2D;
  lengths?: GivenLengths | undefined;
  reverse?: boolean | undefined;
}

export interface GruScanResult {
  hidden: Tensor3D;
  finalHidden: Tensor2D;
}

/**
 * Runs a gated recurrent unit over all steps of inputs that are already projected.
 *
 *   [x_r, x_z, x_n] = projected[t]     [u_r, u_z, u_n] = h·U + b     gate order r, z, n
 *   r = σ(x_r + u_r)     z = σ(x_z + u_z)     n = tanh(x_n + r·u_n)     h' = (1 − z)·n + z·h
 *
 * A padded step carries the state unchanged and gives 0.
 *
 * @param options.projected      float32 [time, batch, 3·units]: W·x, with its bias.
 * @param options.recurrent      float32 [units, 3·units]: U.
 * @param options.recurrentBias  float32 [3·units]: b, inside r's reach as in PyTorch; none when absent.
 * @param options.hidden0        float32 [batch, units].
 * @param options.lengths        real steps of each row; all when absent.
 * @param options.reverse        whether the scan starts at the last step.
 * @returns hidden, float32 [time, batch, units] in the order of the inputs; finalHidden, float32
 *   [batch, units], the state after the scan's last step.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time; BackendError where the
 *   kernel is missing and fallbacks are forbidden.
 * @see Cho et al. 2014, in the form that PyTorch and cuDNN compute.
 */
export function gruScan(options: GruScanOptions): GruScanResult {
  const { projected, recurrent, recurrentBias, hidden0 } = options;
  const reverse = options.reverse ?? false;
  const units = recurrent.shape[0];
  expectShape('gruScan', 'recurrent', recurrent, { units, gates: 3 * units });
  expectShape('gruScan', 'projected', projected, { time: null, batch: null, gates: 3 * units });
  const batch = projected.shape[1];
  expectShape('gruScan', 'hidden0', hidden0, { batch, units });
  if (recurrentBias) expectShape('gruScan', 'recurrentBias', recurrentBias, { gates: 3 * units });
  const lengths = paddedLengths('gruScan', options.lengths, { time: projected.shape[0], batch });
  const inputs = { projected, recurrent, recurrentBias, hidden0 };
  const { hidden, finalHidden } = runPlainScan(inputs, {
    cell: 'gru',
    activation: 'tanh',
    reverse,
    lengths,
  });
  return { hidden, finalHidden };
}
