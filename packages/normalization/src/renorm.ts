import { paddedLengths, rowsOfEachStep, UsageError } from '@bnrnn/core';
import { offTape, zeroPadding } from '@bnrnn/tensor-backend';
import {
  add,
  clipByValue,
  concat,
  div,
  expandDims,
  maximum,
  minimum,
  mul,
  ones,
  onesLike,
  reciprocal,
  slice,
  sqrt,
  sub,
  tensor2d,
  tidy,
  where,
  zeros,
  zerosLike,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { batchNorm } from './batchNorm';
import type { ApplyOptions, NamedTensors, Normalizer } from './normalizer';
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
      const features = x.shape[2];
      const weights = expectWeights('renorm.apply', parameters, features);
      const done = expectUpdates(statistics);
      return tidy(() => {
        const unit = { gain: ones([features]) };
        const { y, measured } = plain.apply(x, unit, statistics, options);
        const own = measured as BatchStatistics;
        const [r, d] = correction(values, own, statistics, x.shape, options);
        const corrected = mul<Tensor3D>(
          add(mul(y, expandDims(r, 1)), expandDims(d, 1)),
          weights.gain,
        );
        const shifted =
          weights.shift === undefined ? corrected : add<Tensor3D>(corrected, weights.shift);
        return {
          y: zeroPadding(shifted, options.lengths),
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

/** r and d, [time, features] or [1, features], 1 and 0 where a step was standardized by what is stored. */
function correction(
  { over, epsilon, rMax, dMax, plainUpdates, rRise, dRise }: Values,
  { mean, variance }: BatchStatistics,
  statistics: NamedTensors,
  [time, batch]: readonly [number, number, number],
  { lengths, firstStep = 0, collective }: ApplyOptions,
): [Tensor2D, Tensor2D] {
  const padded = paddedLengths('renorm.apply', lengths, { time, batch });
  const rows = Float64Array.from(rowsOfEachStep({ time, batch }, padded));
  if (over === 'frame' && collective !== undefined && collective.size > 1) collective.sum(rows);
  const both = offTape<Tensor2D>(() => {
    const stored = rowsOfSteps(statistics as BatchStatistics, firstStep, time);
    const sigma = sqrt(add(stored.variance, epsilon));
    const since = sub(expectUpdates(statistics), plainUpdates);
    const risen = (updates: number): Tensor => clipByValue(div(since, Math.max(updates, 1)), 0, 1);
    const rLimit = add(mul(risen(rRise), rMax - 1), 1);
    const dLimit = mul(risen(dRise), dMax);
    const ratio = div(sqrt(add(variance, epsilon)), sigma);
    const r = minimum(maximum(ratio, reciprocal(rLimit)), rLimit);
    const distance = div(sub(mean, stored.mean), sigma);
    const d = minimum(maximum(distance, mul(dLimit, -1)), dLimit);
    if (over === 'sequence' || rows.every((n) => n >= 2)) return concat([r, d]) as Tensor2D;
    const enough = tensor2d(
      Array.from(rows, (n) => n >= 2),
      [time, 1],
      'bool',
    );
    return concat([where(enough, r, onesLike(r)), where(enough, d, zerosLike(d))]) as Tensor2D;
  });
  const groups = both.shape[0] / 2;
  return [slice(both, 0, groups), slice(both, groups)];
}

function expectUpdates({ updates: done }: NamedTensors): Tensor {
  if (done?.size === 1) return done;
  throw new UsageError('renorm: statistics.updates is missing, expected [1, 1].', {
    hint: 'Make the statistics with the same normalizer: normalizer.init(features, { shift }).',
  });
}
