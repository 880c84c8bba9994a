import { expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { runPlainScan } from './scanOp';

export interface LstmScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias?: Tensor1D | undefined;
  peepholes?: Tensor2D | undefined;
  hidden0: Tensor2D;
  cell0: Tensor2D;
  lengths?: GivenLengths | undefined;
  reverse?: boolean | undefined;
}

export interface LstmScanResult {
  hidden: Tensor3D;
  finalHidden: Tensor2D;
  finalCell: Tensor2D;
}

/**
 * Runs an LSTM over all steps of inputs that are already projected.
 *
 *   [i, f, g, o] = projected[t] + h·U + b          gate order i, f, g, o
 *   c' = σ(f + p_f·c)·c + σ(i + p_i·c)·tanh(g)     h' = σ(o + p_o·c')·tanh(c')
 *
 * A padded step carries the state unchanged and gives 0.
 *
 * @param options.projected      float32 [time, batch, 4·units]: W·x, with its bias.
 * @param options.recurrent      float32 [units, 4·units]: U.
 * @param options.recurrentBias  float32 [4·units]: b; none when absent.
 * @param options.peepholes      float32 [3, units]: p_i, p_f, p_o; none when absent.
 * @param options.hidden0        float32 [batch, units].
 * @param options.cell0          float32 [batch, units].
 * @param options.lengths        real steps of each row; all when absent.
 * @param options.reverse        whether the scan starts at the last step.
 * @returns hidden, float32 [time, batch, units] in the order of the inputs; finalHidden and
 *   finalCell, float32 [batch, units], the state after the scan's last step.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time; BackendError where the
 *   kernel is missing and fallbacks are forbidden.
 * @see Hochreiter, Schmidhuber 1997; Gers, Schmidhuber 2000 for the peepholes; PyTorch's gate order.
 */
export function lstmScan(options: LstmScanOptions): LstmScanResult {
  const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 } = options;
  const reverse = options.reverse ?? false;
  expectLstmShapes('lstmScan', options);
  const [time, batch] = projected.shape;
  const lengths = paddedLengths('lstmScan', options.lengths, { time, batch });
  const inputs = { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 };
  return runPlainScan(inputs, { cell: 'lstm', activation: 'tanh', reverse, lengths });
}

/** @throws ShapeError when the tensors of a scan disagree in size. */
export function expectLstmShapes(
  caller: string,
  { projected, recurrent, recurrentBias, peepholes, hidden0, cell0 }: LstmScanOptions,
): void {
  const units = recurrent.shape[0];
  expectShape(caller, 'recurrent', recurrent, { units, gates: 4 * units });
  expectShape(caller, 'projected', projected, { time: null, batch: null, gates: 4 * units });
  const batch = projected.shape[1];
  expectShape(caller, 'hidden0', hidden0, { batch, units });
  expectShape(caller, 'cell0', cell0, { batch, units });
  if (recurrentBias) expectShape(caller, 'recurrentBias', recurrentBias, { gates: 4 * units });
  if (peepholes) expectShape(caller, 'peepholes', peepholes, { places: 3, units });
}
