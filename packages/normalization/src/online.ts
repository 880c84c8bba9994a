import { expectShape, paddedLengths, UsageError, type Lengths } from '@bnrnn/core';
import {
  customOp,
  layerNormalize,
  moments,
  offTape,
  standardizeStored,
} from '@bnrnn/tensor-backend';
import {
  add,
  clone,
  concat,
  div,
  matMul,
  maximum,
  mul,
  neg,
  ones,
  pow,
  reshape,
  slice,
  square,
  sub,
  sum,
  tensor2d,
  tidy,
  zeros,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { expectBlocks } from './expectBlocks';
import { newParameters } from './newParameters';
import type { NamedTensors, Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { checkSettings, defaultsOf, sharedSettings, type ValuesOf } from './strategySetting';
import { expectWeights } from './weights';

const paper = 'Chiley et al. 2019, its LSTM';
const { gain, epsilon, groups } = sharedSettings;
const settings = {
  ...{ gain, epsilon, groups },
  forwardDecay: {
    kind: 'number',
    bounds: { min: 0, below: 1 },
    value: 0.9998779296875,
    meaning: 'share of the old mean and variance that one real row leaves',
    source: paper,
  },
  backwardDecay: {
    kind: 'number',
    bounds: { min: 0, below: 1 },
    value: 0.96875,
    meaning: 'share of the old controls of the gradient that one real row leaves',
    source: paper,
  },
  layerScaling: {
    kind: 'boolean',
    value: true,
    meaning: 'whether each row is divided by the root of its mean square afterwards',
    source: paper,
  },
} as const;

type Values = ValuesOf<typeof settings>;

/** What online normalization keeps: [1, features] each. */
type Statistics = Readonly<Record<'mean' | 'variance' | 'u' | 'v', Tensor2D>>;

export const onlineStrategy = {
  kind: 'online',
  settings,
  create: (fields, where) => onlineOf(checkSettings(where, fields, settings)),
} as const satisfies BuiltInStrategy;

/** Settings of online normalization; what is left out takes its default, see `specOfName('online')`. */
export type OnlineOptions = Partial<Values>;

/**
 * Online normalization: standardizes by running statistics in training too, and keeps the gradient
 * unbiased by two controls that the backward pass carries from one mini-batch to the next.
 *
 *   x̂ = (x − μ) / σ     σ = sqrt(σ² + ε)     y = gain·x̂ / rms(x̂) + shift
 *   backward, from ĝ = ∂loss/∂x̂:
 *     g = ĝ − v·x̂     dx = g / σ − u
 *   after the mini-batch, row by row with a = forwardDecay and b = backwardDecay:
 *     σ² ← a·σ² + a·(1 − a)·(x − μ)²     μ ← a·μ + (1 − a)·x
 *     v ← v + (1 − b)·g·x̂                u ← u + (1 − b)·dx
 *
 * The controls are the paper's times 1 − b. All rows of a mini-batch see the statistics and the controls
 * that were there before it; the paper renews them with each sample. So an output depends on its own row
 * alone, and a batch of one row will do. The rows of one time step count as n equal updates of μ and σ² by
 * their mean and variance; all n rows of a mini-batch count as equal updates of the controls by their means:
 *
 *     v ← v + (1 − b^(n·m))/m·mean(g·x̂), m = mean(x̂²)     u ← u + (1 − bⁿ)·mean(dx)
 *
 * rms runs over a row's features, in `groups` blocks (layer scaling, before gain and shift, so that a shift
 * stays a bias). Mode `stored` gives the same y.
 *
 * @throws UsageError for a setting out of range; ShapeError when sizes disagree.
 * @see Chiley et al. 2019, sections 3 and 4; docs/deviations.md.
 */
export function online(options: OnlineOptions = {}): Normalizer {
  return onlineStrategy.create({ ...defaultsOf(settings), ...options }, 'online');
}

function onlineOf(values: Values): Normalizer {
  const caller = 'online.apply';
  return {
    spec: { kind: 'online', ...values },
    needs: 'row',
    measuredBackward: ['u', 'v'],
    init(features, { shift }) {
      expectBlocks('online', features, values.groups);
      const start = (make: (shape: [number, number]) => Tensor): Tensor => make([1, features]);
      return {
        parameters: newParameters('online', features, values.gain, shift),
        statistics: { mean: start(zeros), variance: start(ones), u: start(zeros), v: start(zeros) },
      };
    },
    apply(x, parameters, statistics, options) {
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      expectBlocks(caller, features, values.groups);
      const weights = expectWeights(caller, parameters, features);
      const kept = expectStatistics(caller, statistics, features);
      const lengths = paddedLengths(caller, options.lengths, { time, batch });
      return tidy(() => {
        const standard = standardizeOnline(x, kept, lengths, values);
        const { groups, epsilon, layerScaling } = values;
        const given = { x: standard, ...weights, lengths };
        const y = layerScaling
          ? layerNormalize({ ...given, groups, epsilon, center: false })
          : standardizeStored({ ...given, ...nothingTo(features), epsilon: 0, epsilonRule });
        if (options.mode === 'stored') return { y };
        const both = offTape<Tensor2D>(() => {
          const own = moments({ x, lengths, over: 'frame' });
          return concat([own.mean, own.variance]);
        });
        const measured = { mean: slice(both, 0, time), variance: slice(both, time) };
        return { y, measured: { ...measured, u: clone(kept.u), v: clone(kept.v) } };
      });
    },
    fold: (statistics, measured, counts) =>
      tidy(() => {
        const kept = statistics as Statistics;
        return {
          ...renewed(kept, measured, counts, values),
          ...renewedControls(kept, measured, counts, values),
        };
      }),
  };
}

const epsilonRule = 'variance';

/** Statistics that standardize nothing away. */
const nothingTo = (features: number): { mean: Tensor2D; variance: Tensor2D } => ({
  mean: zeros([1, features]),
  variance: ones([1, features]),
});

/**
 * x̂, zero where padded. Its gradient takes one that is zero where padded, as what normalizes x̂ gives it. The gradients of
 * u and v are what the backward pass measures of them.
 */
function standardizeOnline(
  x: Tensor3D,
  { mean: mu, variance, u, v }: Statistics,
  lengths: Lengths | undefined,
  { epsilon }: Values,
): Tensor3D {
  const [, , features] = x.shape;
  const rule = { lengths, epsilon, epsilonRule } as const;
  const overRows = (t: Tensor): Tensor => sum(reshape(t, [-1, features]), 0, true);
  return customOp<Tensor3D>([x, mu, variance, u, v], (save) => {
    const gain = ones<Rank.R1>([features]);
    const standard = standardizeStored({ x, gain, mean: mu, variance, ...rule });
    save([standard, variance, u, v]);
    return {
      value: standard,
      gradient: (dy, saved) => {
        const [xHat, ownVariance, ownU, ownV] = saved as [Tensor3D, ...Tensor2D[]];
        const g: Tensor3D = sub(dy, mul(xHat, ownV as Tensor2D));
        const none = (): Tensor2D => zeros([1, features]);
        const dx = standardizeStored({
          ...{ x: g, gain: ones<Rank.R1>([features]), mean: none() },
          shift: reshape<Rank.R1>(neg(ownU as Tensor2D), [features]),
          variance: ownVariance as Tensor2D,
          ...rule,
        });
        return [dx, none(), none(), overRows(dx), overRows(mul(g, xHat))];
      },
    };
  });
}

/**
 * Mean and variance after the rows of all time steps, one after the other. That a row leaves the share a
 * of the old makes both those of a mixture, in which step t weighs (1 − aⁿ)·Π of the shares behind it.
 */
function renewed(
  { mean: mu, variance }: Statistics,
  measured: NamedTensors,
  counts: Int32Array,
  { forwardDecay }: Values,
): { mean: Tensor; variance: Tensor } {
  let left = 1;
  const weights = [...counts].reverse().map((count) => {
    const share = forwardDecay ** count;
    const weight = left * (1 - share);
    left *= share;
    return weight;
  });
  const row = tensor2d(weights.reverse(), [1, counts.length]);
  const offsets = sub<Tensor2D>(measured['mean'] as Tensor, mu);
  const moved = matMul(row, offsets);
  const spread = add<Tensor2D>(measured['variance'] as Tensor, square(offsets));
  return {
    mean: add(mu, moved),
    variance: sub(add(mul(variance, left), matMul(row, spread)), square(moved)),
  };
}

/**
 * The controls after n equal rows: of v, each leaves the share 1 − (1 − b)·x̂², which is b^(x̂²) where b is near 1, and the
 * mean of x̂² is what the running statistics lag behind.
 */
function renewedControls(
  { mean: mu, variance, u, v }: Statistics,
  measured: NamedTensors,
  counts: Int32Array,
  { backwardDecay, epsilon }: Values,
): { u: Tensor; v: Tensor } {
  const rows = Math.max(
    counts.reduce((total, count) => total + count, 0),
    1,
  );
  const share = tensor2d(
    Array.from(counts, (count) => count / rows),
    [1, counts.length],
  );
  const squares = add<Tensor2D>(
    measured['variance'] as Tensor,
    square(sub(measured['mean'] as Tensor, mu)),
  );
  const size = maximum(div(matMul(share, squares), add(variance, epsilon)), epsilon);
  const left = pow(backwardDecay, mul(size, rows));
  return {
    u: add(u, mul(measured['u'] as Tensor, (1 - backwardDecay ** rows) / rows)),
    v: add(v, mul(div(sub(1, left), size), div(measured['v'] as Tensor, rows))),
  };
}

function expectStatistics(caller: string, tensors: NamedTensors, features: number): Statistics {
  for (const name of ['mean', 'variance', 'u', 'v']) {
    const found = tensors[name];
    if (found === undefined) {
      throw new UsageError(`${caller}: statistics.${name} is missing, expected [1, ${features}].`, {
        hint: 'Make them with the same normalizer: normalizer.init(features, { shift }).',
      });
    }
    expectShape(caller, `statistics.${name}`, found, { rows: 1, features });
  }
  return tensors as Statistics;
}
