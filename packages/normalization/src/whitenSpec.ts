import { expectOneOf, UsageError } from '@bnrnn/core';
import type { NormalizeOver } from './normalizerSpec';
import type { SpecFields } from './normalizerStrategy';
import { refuseStepsOfSequence } from './refuseStepsOfSequence';
import { checkSettings, defaultsOf, sharedSettings, type ValuesOf } from './strategySetting';

const { epsilon, gain, decay, perStep, maxSteps } = sharedSettings;

/** What specifications of whitening hold, beside what it is taken over. */
export const whitenSettings = {
  groupSize: {
    kind: 'number',
    bounds: { integer: true, min: 1 },
    value: 8,
    meaning: 'features in a row that are whitened together',
    source: 'chosen: a batch of 20 or 32 rows bears groups of 4 to 16',
  },
  method: {
    kind: 'choice',
    choices: ['cholesky', 'iterative', 'zca'],
    value: 'cholesky',
    meaning: 'how the whitening matrix is made',
    source: 'the least arithmetic of the three methods',
  },
  iterations: {
    kind: 'number',
    bounds: { integer: true, min: 1, max: 10 },
    value: 5,
    meaning: 'steps of the method iterative',
    source: 'Huang et al. 2019, section 3',
  },
  evaluation: {
    kind: 'choice',
    choices: ['running-covariance', 'running-matrix'],
    value: 'running-covariance',
    meaning: 'what the running statistics average',
    source: 'as batch normalization averages the variance',
  },
  ...{ epsilon, gain, decay, perStep, maxSteps },
} as const;

/** Whitening, as plain data. */
export interface WhitenSpec extends ValuesOf<typeof whitenSettings> {
  readonly kind: 'whiten';
  readonly over: NormalizeOver;
}

/** Settings of whitening; what is left out takes its default. */
export interface WhitenOptions {
  /** `frame`: each time step alone over the batch; `sequence`: all real frames together. */
  readonly over: NormalizeOver;
  /** Features in a row that are whitened together; it divides the features. Default 8. */
  readonly groupSize?: number;
  /** Default `cholesky`. */
  readonly method?: WhitenSpec['method'];
  /** Steps of the method `iterative`, 1 to 10; default 5. */
  readonly iterations?: number;
  /** What the running statistics average; default `running-covariance`. */
  readonly evaluation?: WhitenSpec['evaluation'];
  /** Added to the diagonal of the covariance; default 1e-5. */
  readonly epsilon?: number;
  /** The gain at the start; default 1. */
  readonly gain?: number;
  /** The share of the old running value; default 0.9. */
  readonly decay?: number;
  /** Running statistics for each time step; default false, shared over time. Frame-wise only. */
  readonly perStep?: boolean;
  /** Steps with statistics of their own; required with `perStep`. */
  readonly maxSteps?: number;
}

/** The whole specification that the options stand for. @throws UsageError for a setting out of range. */
export function whitenSpec(options: WhitenOptions): WhitenSpec {
  if (options.perStep === true && options.maxSteps === undefined) {
    throw new UsageError(
      'whiten: perStep needs maxSteps, the number of time steps with statistics of their own.',
      { hint: 'Take the length of a training window; later steps use the last one.' },
    );
  }
  return checkWhitenSpec('whiten', { ...defaultsOf(whitenSettings), ...options });
}

/**
 * Checks every setting of whitening.
 *
 * @param where  named in front of the setting, e.g. `whiten`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function checkWhitenSpec(where: string, fields: SpecFields): WhitenSpec {
  const over = expectOneOf(`${where}: over`, fields['over'], ['frame', 'sequence']);
  const checked = checkSettings(where, fields, whitenSettings);
  refuseStepsOfSequence(where, over, checked.perStep);
  return { kind: 'whiten', over, ...checked };
}
