import type { Lengths } from '@bnrnn/core';
import {
  add,
  div,
  mul,
  neg,
  sqrt,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { batchGroups, rowsOfGroups } from './batchGroups';
import { customOp } from './customOp';

export interface StandardizeInputs {
  readonly x: Tensor3D;
  readonly gain: Tensor1D;
  readonly shift?: Tensor1D | undefined;
  /** [time, features], or [1, features] for every step. */
  readonly mean: Tensor2D;
  readonly variance: Tensor2D;
}

export interface StandardizeAttributes {
  readonly epsilon: number;
  readonly epsilonRule: 'variance' | 'double';
  readonly lengths: Lengths | undefined;
}

/**
 * The fallback of `standardize` and of `standardizeStored`, for which the statistics are constants.
 *
 *   y = gain·(x − mean) / s + shift
 */
export function standardizeRows(
  { x, gain, shift, mean, variance }: StandardizeInputs,
  { epsilon, epsilonRule, lengths }: StandardizeAttributes,
  statistics: 'constant' | 'differentiable',
): Tensor3D {
  const [time, batch] = x.shape;
  const over = mean.shape[0] === 1 ? 'sequence' : 'frame';
  const rows = rowsOfGroups({ time, batch }, over, lengths);
  const moves = statistics === 'differentiable';
  const deviation = (v: Tensor2D): Tensor2D => sqrt(add(v, epsilon));
  const scale = (v: Tensor2D): Tensor2D =>
    epsilonRule === 'double' ? add(deviation(v), epsilon) : deviation(v);
  const inputs = [x, gain, ...(shift ? [shift] : []), ...(moves ? [mean, variance] : [])];

  return customOp<Tensor3D>(inputs, (save) => {
    const { clean, silence, spread } = batchGroups(rows, over, lengths);
    const slope: Tensor2D = div(gain, scale(variance));
    const value: Tensor3D = mul(silence(sub(clean(x), spread(mean))), spread(slope));
    save([x, gain, mean, variance]);
    return {
      value: shift ? silence(add(value, shift)) : value,
      gradient: (dy, saved) => {
        const [xs, gains, m, v] = saved as [Tensor3D, Tensor1D, Tensor2D, Tensor2D];
        const { clean, silence, spread, average, sums, total } = batchGroups(rows, over, lengths);
        const s = scale(v);
        const g = clean(dy);
        const slopes: Tensor2D = div(gains, s);
        const meanG = average(g);
        const meanGC = average(mul<Tensor3D>(g, silence(sub(clean(xs), spread(m)))));
        const gradients = [mul(g, spread(slopes)), total(div(meanGC, s))];
        if (shift) gradients.push(total(meanG));
        if (moves) {
          const along = div(mul(slopes, sums(meanGC)), mul(mul(s, deviation(v)), 2));
          gradients.push(neg(mul(slopes, sums(meanG))), neg(along));
        }
        return gradients;
      },
    };
  });
}
