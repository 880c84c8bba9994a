import { expectShape, paddedLengths, UsageError } from '@bnrnn/core';
import { offTape, standardize } from '@bnrnn/tensor-backend';
import {
  add,
  clipByValue,
  concat,
  div,
  maximum,
  minimum,
  mul,
  reciprocal,
  slice,
  sqrt,
  square,
  sub,
  tidy,
  zeros,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { batchMoments } from './batchMoments';
import { batchNorm } from './batchNorm';
import type { NamedTensors, Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { rowsOfSteps, type BatchStatistics } from './statistics';
import { checkSettings, defaultsOf, sharedSettings, type ValuesOf } from './strategySetting';
import { expectWeights } from './weights';

const { gain, epsilon, decay, perStep, maxSteps } = sharedSettings;
const updates = { integer: true, min: 0 } as const;
const paper = 'Ioffe 2017, section 4';
const settings = {
  ...{ gain, epsilon, decay, perStep, maxSteps },
  over: {
    kind: 'choice',
    choices: ['frame', 'sequence'],
    value: 'frame',
    meaning: 'each time step alone over the batch, or all real frames together',
  },
  rMax: {
    kind: 'number',
    bounds: { min: 1 },
    value: 3,
    meaning: 'the largest ratio of deviations that is corrected, at the end of its rise',
    source: paper,
  },
  dMax: {
    kind: 'number',
    bounds: { min: 0 },
    value: 5,
    meaning:
      'the largest distance of means that is corrected, in deviations, at the end of its rise',
    source: paper,
  },
  plainUpdates: {
    kind: 'number',
    bounds: updates,
    value: 5000,
    meaning: 'updates of plain batch normalization before both begin to rise',
    source: paper,
  },
  rRise: {
    kind: 'number',
    bounds: updates,
    value: 35000,
    meaning: 'updates in which rMax rises from 1',
    source: paper,
  },
  dRise: {
    kind: 'number',
    bounds: updates,
    value: 20000,
    meaning: 'updates in which dMax rises from 0',
    source: paper,
  },
} as const;

type Values = ValuesOf<typeof settings>;

export const renormStrategy = {
  kind: 'renorm',
  settings,
  examples: [
    { settings: { over: 'sequence' } },
    { settings: { plainUpdates: 0, rRise: 1, dRise: 1 }, derivative: false },
  ],
  create: (fields, where) => renormOf(checkSettings(where, fields, settings), where),
} as const satisfies BuiltInStrategy;

/** Settings of batch renormalization; what is left out takes its default, see `specOfName('renorm')`. */
export type RenormOptions = Partial<Values>;

/**
 * Batch renormalization: batch normalization whose output is corrected towards what the running
 * statistics give, so that training and evaluation compute nearly the same.
 *
 *   x̂ = (x − mean) / s·r + d     y = gain·x̂ + shift     s = sqrt(variance + ε), of the mini-batch
 *   r = clip(s / σ, 1/rMax, rMax)     d = clip((mean − μ) / σ, −dMax, dMax)     both constants
 *   of the gradient; μ and σ² the running statistics, σ = sqrt(σ² + ε)
 *
 * With n updates done, the limits in use are 1 + (rMax − 1)·a and dMax·b, where a and b rise from 0
 * at `plainUpdates` to 1 within `rRise` and `dRise` updates. The statistic `updates` counts them, so
 * that a resumed run goes on with the same limits. A time step with fewer than 2 real rows is
 * standardized by the running statistics. Mode `stored` is that of batch normalization.
 *
 * @throws UsageError for a setting out of range, and where batch normalization throws it.
 * @see Ioffe 2017, section 3 and algorithm 1.
 */
export function renorm(options: RenormOptions = {}): Normalizer {
  return renormStrategy.create({ ...defaultsOf(settings), ...options }, 'renorm');
}

function renormOf(values: Values, where: string): Normalizer {
  if (values.perStep && values.over === 'sequence') {
    throw new UsageError(
      `${where}: perStep is true with over "sequence", which has one set of statistics for all time steps.`,
      { hint: 'Leave perStep out, or normalize over "frame".' },
    );
  }
  const caller = 'renorm.apply';
  const { over, gain, epsilon, decay, perStep, maxSteps } = values;
  const plain = batchNorm({ over, gain, epsilon, decay, perStep, maxSteps });
  return {
    ...plain,
    spec: { kind: 'renorm', ...values },
    init(features, options) {
      const { parameters, statistics } = plain.init(features, options);
      return { parameters, statistics: { ...statistics, updates: zeros([1, 1]) } };
    },
    apply(x, parameters, statistics, options) {
      if (options.mode === 'stored') return plain.apply(x, parameters, statistics, options);
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      const weights = expectWeights(caller, parameters, features);
      const done = expectUpdates(statistics);
      const lengths = paddedLengths(caller, options.lengths, { time, batch });
      return tidy(() => {
        const { mean, variance } = statistics as BatchStatistics;
        const stored = rowsOfSteps({ mean, variance }, options.firstStep ?? 0, time);
        const moments = { x, lengths, over, stored: () => stored };
        const { own, used } = batchMoments(caller, options.collective, moments);
        return {
          y: standardize({ x, ...weights, lengths, ...corrected(values, used, stored, done) }),
          measured: { ...own, updates: mul(done, 1) },
        };
      });
    },
    fold: (statistics, measured, counts) =>
      tidy(() => ({
        ...plain.fold?.(statistics, measured, counts),
        updates: add(expectUpdates(statistics), 1),
      })),
  };
}

/**
 * What standardizes in place of the batch's moments: (x − mean) / s·r + d as one standardization,
 *
 *   (x − mean') / s'     s' = s / r     mean' = mean − d·s'
 *
 * through which the gradient flows to mean and s. A step that has stored statistics for moments has r = 1, d = 0.
 */
function corrected(
  values: Values,
  { mean, variance }: BatchStatistics,
  stored: BatchStatistics,
  done: Tensor,
): BatchStatistics & { epsilon: number; epsilonRule: 'variance' } {
  const spread: Tensor2D = add(variance, values.epsilon);
  const both = offTape<Tensor2D>(() => correction(values, { mean, spread }, stored, done));
  const groups = mean.shape[0];
  const [r, d] = [slice(both, 0, groups), slice(both, groups)];
  return {
    mean: sub(mean, mul(d, div(sqrt(spread), r))),
    variance: div(spread, square(r)),
    epsilon: 0,
    epsilonRule: 'variance',
  };
}

/** r above d, [2·groups, features]; `spread` is the variance with epsilon. */
function correction(
  { epsilon, rMax, dMax, plainUpdates, rRise, dRise }: Values,
  { mean, spread }: { mean: Tensor2D; spread: Tensor2D },
  stored: BatchStatistics,
  done: Tensor,
): Tensor2D {
  const sigma = sqrt(add(stored.variance, epsilon));
  const since = sub(done, plainUpdates);
  const risen = (updates: number): Tensor => clipByValue(div(since, Math.max(updates, 1)), 0, 1);
  const rLimit = add(mul(risen(rRise), rMax - 1), 1);
  const dLimit = mul(risen(dRise), dMax);
  const ratio = div(sqrt(spread), sigma);
  const distance = div(sub(mean, stored.mean), sigma);
  return concat<Tensor2D>([
    minimum(maximum(ratio, reciprocal(rLimit)), rLimit),
    minimum(maximum(distance, mul(dLimit, -1)), dLimit),
  ]);
}

function expectUpdates({ updates: done }: NamedTensors): Tensor {
  if (done?.size === 1) return done;
  throw new UsageError('renorm: statistics.updates is missing, expected [1, 1].', {
    hint: 'Make the statistics with the same normalizer: normalizer.init(features, { shift }).',
  });
}
