import { expectNumber, expectShape, UsageError } from '@bnrnn/core';
import {
  add,
  concat,
  div,
  expandDims,
  greater,
  mul,
  slice,
  sqrt,
  square,
  sub,
  sum,
  tensor1d,
  tensor2d,
  where,
  zerosLike,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { batchNormalizeContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { customOp, offTape } from './customOp';
import { maskFacts } from './mask';

export interface BatchNormalizeOptions {
  x: Tensor3D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  mask?: Tensor2D | undefined;
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule: 'variance' | 'double';
  stored?: { readonly mean: Tensor2D; readonly variance: Tensor2D } | undefined;
}

export interface BatchNormalizeResult {
  y: Tensor3D;
  mean: Tensor2D;
  variance: Tensor2D;
  rows: Tensor1D;
}

/**
 * Standardizes each feature over the real rows of a mini-batch: of each step by itself (`frame`), or
 * of all steps together (`sequence`).
 *
 *   mean = Σ mask·x / n     variance = Σ mask·(x − mean)² / n     n = Σ mask
 *   y = gain·(x − mean) / s + shift,   s = sqrt(variance + epsilon)            rule `variance`
 *                                      s = sqrt(variance + epsilon) + epsilon  rule `double`
 *
 * A frame with fewer than 2 real rows is standardized by `stored`. What padded rows hold, even not a
 * number, changes nothing.
 *
 * @param options.x       float32 [time, batch, features].
 * @param options.gain    float32 [features].
 * @param options.shift   float32 [features]; 0 when absent.
 * @param options.mask    float32 [time, batch]: 1 real, 0 padding; all real when absent.
 * @param options.stored  mean and variance, float32 [time, features]; constants for the gradient.
 * @returns y like x, 0 where padded; mean and biased variance that were used, float32 [S, features];
 *   rows, float32 [S], the real rows of each; S is time for `frame` and 1 for `sequence`. Mean,
 *   variance and rows are constants for the gradient.
 * @throws ShapeError when sizes disagree; UsageError where fewer than 2 rows are real and nothing is
 *   stored for them.
 * @see Laurent et al. 2015, section 3; Ioffe, Szegedy 2015; docs/deviations.md for the two rules.
 */
export function batchNormalize(options: BatchNormalizeOptions): BatchNormalizeResult {
  const { x, gain, shift, mask, over, epsilon, epsilonRule, stored } = options;
  expectShape('batchNormalize', 'x', x, { time: null, batch: null, features: null });
  const [time, batch, features] = x.shape;
  expectShape('batchNormalize', 'gain', gain, { features });
  if (shift) expectShape('batchNormalize', 'shift', shift, { features });
  if (mask) expectShape('batchNormalize', 'mask', mask, { time, batch });
  if (stored) {
    expectShape('batchNormalize', 'stored.mean', stored.mean, { time, features });
    expectShape('batchNormalize', 'stored.variance', stored.variance, { time, features });
  }
  expectNumber('batchNormalize: epsilon', epsilon, { min: 0 });
  const rows = countRows(options);
  expectEnoughRows(options, rows);
  const inputs = {
    x,
    gain,
    shift,
    mask,
    storedMean: stored?.mean,
    storedVariance: stored?.variance,
  };
  return runOp(batchNormalizeContract, inputs, { over, epsilon, epsilonRule }, () =>
    reference(options, rows),
  ) as unknown as BatchNormalizeResult;
}

/** Real rows of each step, or of all steps together. */
function countRows({ x, mask, over }: BatchNormalizeOptions): Float32Array {
  const [time, batch] = x.shape;
  const facts = mask && maskFacts('batchNormalize', mask, time, batch);
  if (over === 'sequence') return Float32Array.of(facts?.total ?? time * batch);
  return facts?.rows ?? new Float32Array(time).fill(batch);
}

function expectEnoughRows({ over, stored }: BatchNormalizeOptions, rows: Float32Array): void {
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

type Tensors = BatchNormalizeResult & Record<string, Tensor>;

function reference(options: BatchNormalizeOptions, rows: Float32Array): Tensors {
  const { x, gain, mask, shift, over, epsilon, epsilonRule, stored } = options;
  const [time, batch, features] = x.shape;
  const groups = rows.length;
  const padded = mask && maskFacts('batchNormalize', mask, time, batch).padded ? [mask] : [];
  const few = over === 'frame' && rows.some((n) => n < 2);

  const statistics = offTape<Tensor2D>(() => {
    const { clean, average, spread, orElse } = groupTools(rows, over, few, padded[0]);
    const ownMean = average(clean(x));
    const ownVariance = average(square(clean(sub(x, spread(ownMean)))));
    return concat([
      orElse(ownMean, stored?.mean),
      orElse(ownVariance, stored?.variance),
    ]) as Tensor2D;
  });
  const mean: Tensor2D = slice(statistics, [0, 0], [groups, features]);
  const variance: Tensor2D = slice(statistics, [groups, 0], [groups, features]);

  const deviation = (v: Tensor): Tensor => sqrt(add(v, epsilon));
  const scale = (v: Tensor): Tensor =>
    epsilonRule === 'double' ? add(deviation(v), epsilon) : deviation(v);

  const inputs = shift ? [x, gain, shift] : [x, gain];
  const y = customOp<Tensor3D>(inputs, (save) => {
    const { clean, spread } = groupTools(rows, over, few, padded[0]);
    const value = mul(clean(sub(x, spread(mean))), spread(div(gain, scale(variance))));
    save([x, gain, mean, variance, ...padded]);
    return {
      value: (shift ? clean(add(value, shift)) : value) as Tensor3D,
      gradient: (dy, saved) => {
        const [xs, gains, m, v, padding] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor?];
        const { clean, average, spread, orElse, total } = groupTools(rows, over, few, padding);
        const s = scale(v);
        const g = clean(dy);
        const centered = clean(sub(xs, spread(m)));
        // What both the inputs' and the gain's gradients need: means over each group.
        const meanG = average(g);
        const meanGC = average(mul(g, centered));
        const dGain = total(div(meanGC, s));
        const throughDeviation = div(meanGC, mul(s, deviation(v)));
        // Stored statistics are constants: nothing flows through them.
        const throughMean = orElse(meanG, zerosLike(meanG));
        const along = mul(centered, spread(orElse(throughDeviation, zerosLike(throughDeviation))));
        const dx = mul(clean(sub(sub(g, spread(throughMean)), along)), spread(div(gains, s)));
        return shift ? [dx, dGain, total(meanG)] : [dx, dGain];
      },
    };
  });
  return { y, mean, variance, rows: tensor1d(rows) };
}

/** What forward and backward do with groups of rows: a group is a step, or all steps together. */
function groupTools(
  rows: Float32Array,
  over: 'frame' | 'sequence',
  few: boolean,
  mask: Tensor | undefined,
) {
  const groups = rows.length;
  const real = mask && greater(expandDims(mask, 2), 0.5);
  const counts = tensor2d(
    rows.map((n) => Math.max(n, 1)),
    [groups, 1],
  );
  const tooFew = few
    ? tensor2d(
        Uint8Array.from(rows, (n) => +(n < 2)),
        [groups, 1],
        'bool',
      )
    : null;
  return {
    /** Puts 0 where rows are padded, whatever they held. */
    clean: (t: Tensor): Tensor => (real ? where(real, t, zerosLike(t)) : t),
    /** The mean over a group's rows of values that are 0 where padded: [groups, features]. */
    average(t: Tensor): Tensor {
      const perStep = sum(t, 1);
      return div(over === 'frame' ? perStep : sum(perStep, 0, true), counts);
    },
    /** A value of each group beside its rows. */
    spread: (t: Tensor): Tensor => expandDims(t, 1),
    /** `other` for groups with too few rows for statistics of their own. */
    orElse: (own: Tensor, other: Tensor | undefined): Tensor =>
      tooFew && other ? where(tooFew, other, own) : own,
    /** The sum over all rows of all groups, from means: [features]. */
    total: (t: Tensor): Tensor => sum(mul(t, counts), 0),
  };
}
