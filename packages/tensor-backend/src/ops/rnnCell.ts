import { add, mul, relu, square, step, sub, tanh, type Tensor2D } from '@tensorflow/tfjs-core';
import type { ScanCell } from './scanCell';

/** One step of a vanilla recurrent network and its gradient, which needs the outcome alone. */
export function rnnCell(activation: 'tanh' | 'relu'): ScanCell {
  return {
    forward: (x, u) => ({
      after: [activation === 'relu' ? relu(add(x, u)) : tanh(add(x, u))],
      kept: [],
    }),
    backward: ([dHidden], { after }) => {
      const hidden = after[0] as Tensor2D;
      const slope = activation === 'relu' ? step(hidden) : sub(1, square(hidden));
      const dX: Tensor2D = mul(dHidden as Tensor2D, slope);
      return { dX, dU: dX, dBefore: [undefined] };
    },
  };
}
