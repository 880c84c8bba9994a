import {
  expectNumber,
  expectShape,
  paddedLengths,
  UsageError,
  type GivenLengths,
  type Lengths,
} from '@bnrnn/core';
import {
  add,
  concat,
  div,
  mul,
  slice,
  sqrt,
  square,
  sub,
  zerosLike,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { batchGroups, rowsOfGroups } from './batchGroups';
import { customOp, offTape } from './customOp';

/** See `batchNormalize`; `mean` and `variance` carry no gradient. */
export const batchNormalizeOp = defineOp<{
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule: 'variance' | 'double';
  lengths: Lengths | undefined;
}>()({
  name: 'batchNormalize',
  inputs: { x: 'time batch features', gain: 'features' },
  optional: { shift: 'features', storedMean: 'time features', storedVariance: 'time features' },
  outputs: { y: 'time batch features', mean: 'groups features', variance: 'groups features' },
  constants: ['storedMean', 'storedVariance'],
  fallback({ x, gain, shift, storedMean, storedVariance }, attributes) {
    const { over, epsilon, epsilonRule, lengths } = attributes;
    const [time, batch, features] = x.shape;
    const rows = rowsOfGroups({ time, batch }, over, lengths);
    const groups = rows.length;
    const stored = storedMean && storedVariance && { mean: storedMean, variance: storedVariance };
    const few = over === 'frame' && stored !== undefined && rows.some((n) => n < 2);

    const statistics = offTape<Tensor2D>(() => {
      const { clean, silence, average, spread } = batchGroups(rows, over, lengths);
      const values = clean(x);
      const ownMean = average(values);
      const ownVariance = average(square(silence(sub(values, spread(ownMean)))));
      return concat([ownMean, ownVariance]);
    });
    const mean: Tensor2D = slice(statistics, [0, 0], [groups, features]);
    const variance: Tensor2D = slice(statistics, [groups, 0], [groups, features]);

    const deviation = (v: Tensor): Tensor => sqrt(add(v, epsilon));
    const scale = (v: Tensor): Tensor =>
      epsilonRule === 'double' ? add(deviation(v), epsilon) : deviation(v);

    const inputs = shift ? [x, gain, shift] : [x, gain];
    const y = customOp<Tensor3D>(inputs, (save) => {
      const { clean, silence, spread, orElse } = batchGroups(rows, over, lengths);
      const usedMean = few ? orElse(mean, stored.mean) : mean;
      const usedVariance = few ? orElse(variance, stored.variance) : variance;
      const slope: Tensor2D = div(gain, scale(usedVariance));
      const value: Tensor3D = mul(silence(sub(clean(x), spread(usedMean))), spread(slope));
      save([x, gain, usedMean, usedVariance]);
      return {
        value: shift ? silence(add(value, shift)) : value,
        gradient: (dy, saved) => {
          const [xs, gains, m, v] = saved as [Tensor3D, Tensor1D, Tensor2D, Tensor2D];
          const { clean, silence, average, spread, orElse, total } = batchGroups(
            rows,
            over,
            lengths,
          );
          const s = scale(v);
          const g = clean(dy);
          const centered = silence(sub(clean(xs), spread(m)));
          // What both the inputs' and the gain's gradients need: means over each group.
          const meanG = average(g);
          const meanGC = average(mul<Tensor3D>(g, centered));
          const throughDeviation: Tensor2D = div(meanGC, mul(s, deviation(v)));
          // Stored statistics are constants: nothing flows through them.
          const back = few ? orElse(meanG, zerosLike(meanG)) : meanG;
          const along = few ? orElse(throughDeviation, zerosLike(meanG)) : throughDeviation;
          const dx = silence(sub(sub(g, spread(back)), mul(centered, spread(along))));
          const gradients = [mul(dx, spread(div(gains, s))), total(div(meanGC, s))];
          return shift ? [...gradients, total(meanG)] : gradients;
        },
      };
    });
    return { y, mean, variance };
  },
});

export interface BatchNormalizeOptions {
  x: Tensor3D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  lengths?: GivenLengths | undefined;
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule: 'variance' | 'double';
  stored?: { readonly mean: Tensor2D; readonly variance: Tensor2D } | undefined;
}

export interface BatchNormalizeResult {
  y: Tensor3D;
  mean: Tensor2D;
  variance: Tensor2D;
}

/**
 * Standardizes each feature over the real rows of a mini-batch: of each step by itself (`frame`), or
 * of all steps together (`sequence`).
 *
 *   mean = Σ x / n     variance = Σ (x − mean)² / n     over the n real rows
 *   y = gain·(x − mean) / s + shift,   s = sqrt(variance + epsilon)            rule `variance`
 *                                      s = sqrt(variance + epsilon) + epsilon  rule `double`
 *
 * A frame with fewer than 2 real rows is standardized by `stored`. What padded rows hold, even not a
 * number, changes nothing.
 *
 * @param options.x       float32 [time, batch, features].
 * @param options.gain    float32 [features].
 * @param options.shift   float32 [features]; 0 when absent.
 * @param options.lengths real steps of each row; all when absent.
 * @param options.stored  mean and variance, float32 [time, features]; constants for the gradient.
 * @returns y like x, 0 where padded; mean and biased variance of the real rows, float32
 *   [S, features], 0 where none is real; S is time for `frame` and 1 for `sequence`. Both are constants for the
 *   gradient.
 * @throws ShapeError when sizes disagree; UsageError where fewer than 2 rows are real and nothing is
 *   stored for them.
 * @see Laurent et al. 2015, section 3; Ioffe, Szegedy 2015; docs/deviations.md for the two rules.
 */
export function batchNormalize(options: BatchNormalizeOptions): BatchNormalizeResult {
  const { x, gain, shift, over, epsilon, epsilonRule, stored } = options;
  expectShape('batchNormalize', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  expectNumber('batchNormalize: epsilon', epsilon, { min: 0 });
  const lengths = paddedLengths('batchNormalize', options.lengths, { time, batch });
  expectEnoughRows(options, rowsOfGroups({ time, batch }, over, lengths));
  const inputs = { x, gain, shift, storedMean: stored?.mean, storedVariance: stored?.variance };
  return runOp(batchNormalizeOp, inputs, { over, epsilon, epsilonRule, lengths });
}

function expectEnoughRows({ over, stored }: BatchNormalizeOptions, rows: Int32Array): void {
  if (over === 'frame' && stored) return;
  // A step that is padding alone needs no statistics: all of it is 0 in the output.
  const step = rows.findIndex((n) => n === 1 || (over === 'sequence' && n < 2));
  if (step < 0) return;
  const place = over === 'frame' ? `step ${step} has` : 'the mini-batch has';
  throw new UsageError(
    `batchNormalize: ${place} ${rows[step] ?? 0} real row(s), expected at least 2 for statistics of the mini-batch.`,
    { hint: 'Use a larger batch, or pass stored statistics.' },
  );
}
