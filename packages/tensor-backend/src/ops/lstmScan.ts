import { expectShape } from '@bnrnn/core';
import {
  add,
  mul,
  sigmoid,
  slice,
  stack,
  tanh,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { lstmScanContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { product } from './product';
import { addBias, scanSteps } from './scanSteps';

export interface LstmScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias?: Tensor1D | undefined;
  peepholes?: Tensor2D | undefined;
  hidden0: Tensor2D;
  cell0: Tensor2D;
  mask?: Tensor2D | undefined;
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
 * @param options.mask           float32 [time, batch]: 1 real, 0 padding; padding stands last.
 * @param options.reverse        whether the scan starts at the last step.
 * @returns hidden, float32 [time, batch, units] in the order of the inputs; finalHidden and
 *   finalCell, float32 [batch, units], the state after the scan's last step.
 * @throws ShapeError when sizes disagree; UsageError for a mask with a hole; BackendError where the
 *   kernel is missing and references are forbidden.
 * @see Hochreiter, Schmidhuber 1997; Gers, Schmidhuber 2000 for the peepholes; PyTorch's gate order.
 */
export function lstmScan(options: LstmScanOptions): LstmScanResult {
  const { projected, recurrent, recurrentBias, peepholes, hidden0, cell0, mask } = options;
  const reverse = options.reverse ?? false;
  const units = recurrent.shape[0];
  expectShape('lstmScan', 'recurrent', recurrent, { units, gates: 4 * units });
  expectShape('lstmScan', 'projected', projected, { time: null, batch: null, gates: 4 * units });
  const batch = projected.shape[1];
  expectShape('lstmScan', 'hidden0', hidden0, { batch, units });
  expectShape('lstmScan', 'cell0', cell0, { batch, units });
  if (recurrentBias) expectShape('lstmScan', 'recurrentBias', recurrentBias, { gates: 4 * units });
  if (peepholes) expectShape('lstmScan', 'peepholes', peepholes, { places: 3, units });
  if (mask) expectShape('lstmScan', 'mask', mask, { time: projected.shape[0], batch });
  const inputs = { projected, recurrent, recurrentBias, peepholes, hidden0, cell0, mask };
  return runOp(lstmScanContract, inputs, { reverse }, () =>
    reference(options),
  ) as unknown as LstmScanResult;
}

function reference(options: LstmScanOptions): LstmScanResult & Record<string, Tensor2D | Tensor3D> {
  const { projected, recurrent, recurrentBias, peepholes, mask } = options;
  const units = recurrent.shape[0];
  const batch = projected.shape[1];
  const steps = scanSteps('lstmScan', projected, mask, options.reverse ?? false);
  const gate = (all: Tensor2D, k: number): Tensor2D => slice(all, [0, k * units], [batch, units]);
  const peep = (x: Tensor2D, k: number, cell: Tensor2D): Tensor2D =>
    peepholes === undefined ? x : add(x, mul(cell, slice(peepholes, [k, 0], [1, units])));

  let hidden = options.hidden0;
  let cell = options.cell0;
  const outputs: Tensor2D[] = [];
  for (const t of steps.order) {
    const gates: Tensor2D = addBias(add(steps.input(t), product(hidden, recurrent)), recurrentBias);
    const input = sigmoid(peep(gate(gates, 0), 0, cell));
    const forget = sigmoid(peep(gate(gates, 1), 1, cell));
    const nextCell: Tensor2D = add(mul(forget, cell), mul(input, tanh(gate(gates, 2))));
    const nextHidden: Tensor2D = mul(sigmoid(peep(gate(gates, 3), 2, nextCell)), tanh(nextCell));
    outputs[t] = steps.silence(t, nextHidden);
    hidden = steps.carry(t, nextHidden, hidden);
    cell = steps.carry(t, nextCell, cell);
  }
  return { hidden: stack(outputs) as Tensor3D, finalHidden: hidden, finalCell: cell };
}
