import { expectShape } from '@bnrnn/core';
import {
  add,
  relu,
  stack,
  tanh,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { rnnScanContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { product } from './product';
import { addBias, scanSteps } from './scanSteps';

export interface RnnScanOptions {
  projected: Tensor3D;
  recurrent: Tensor2D;
  recurrentBias?: Tensor1D | undefined;
  hidden0: Tensor2D;
  mask?: Tensor2D | undefined;
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
 * @param options.mask           float32 [time, batch]: 1 real, 0 padding; padding stands last.
 * @param options.reverse        whether the scan starts at the last step.
 * @param options.activation     `tanh` or `relu`.
 * @returns hidden, float32 [time, batch, units] in the order of the inputs; finalHidden, float32
 *   [batch, units], the state after the scan's last step.
 * @throws ShapeError when sizes disagree; UsageError for a mask with a hole; BackendError where the
 *   kernel is missing and references are forbidden.
 * @see Elman 1990.
 */
export function rnnScan(options: RnnScanOptions): RnnScanResult {
  const { projected, recurrent, recurrentBias, hidden0, mask, activation } = options;
  const reverse = options.reverse ?? false;
  const units = recurrent.shape[0];
  expectShape('rnnScan', 'recurrent', recurrent, { units, columns: units });
  expectShape('rnnScan', 'projected', projected, { time: null, batch: null, units });
  const batch = projected.shape[1];
  expectShape('rnnScan', 'hidden0', hidden0, { batch, units });
  if (recurrentBias) expectShape('rnnScan', 'recurrentBias', recurrentBias, { units });
  if (mask) expectShape('rnnScan', 'mask', mask, { time: projected.shape[0], batch });
  const inputs = { projected, recurrent, recurrentBias, hidden0, mask };
  return runOp(rnnScanContract, inputs, { reverse, activation }, () =>
    reference(options),
  ) as unknown as RnnScanResult;
}

function reference(options: RnnScanOptions): RnnScanResult & Record<string, Tensor2D | Tensor3D> {
  const steps = scanSteps('rnnScan', options.projected, options.mask, options.reverse ?? false);
  const activate = options.activation === 'relu' ? relu : tanh;
  let hidden = options.hidden0;
  const outputs: Tensor2D[] = [];
  for (const t of steps.order) {
    const sum: Tensor2D = add(steps.input(t), product(hidden, options.recurrent));
    const next: Tensor2D = activate(addBias(sum, options.recurrentBias));
    outputs[t] = steps.silence(t, next);
    hidden = steps.carry(t, next, hidden);
  }
  return { hidden: stack(outputs) as Tensor3D, finalHidden: hidden };
}
