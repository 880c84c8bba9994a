import { expectOneOf, UsageError } from '@bnrnn/core';
import type { BatchNormSpec, NormalizeOver } from './normalizerSpec';
import type { SpecFields } from './normalizerStrategy';
import { refuseStepsOfSequence } from './refuseStepsOfSequence';
import { checkSettings, defaultsOf, sharedSettings } from './strategySetting';

/** Settings of batch normalization; what is left out takes its default. */
export interface BatchNormOptions {
  /** `frame`: each time step alone over the batch; `sequence`: all real frames together. */
  readonly over: NormalizeOver;
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** Default `variance`. */
  readonly epsilonRule?: BatchNormSpec['epsilonRule'];
  /** The gain at the start; default 1. */
  readonly gain?: number;
  /** The share of the old running value; default 0.9. */
  readonly decay?: number;
  /** Running statistics for each time step; default false, shared over time. Frame-wise only. */
  readonly perStep?: boolean;
  /** Steps with statistics of their own; required with `perStep`. */
  readonly maxSteps?: number;
}

const { epsilon, epsilonRule, gain, decay, perStep, maxSteps } = sharedSettings;

/** What its specifications hold, beside what it normalizes over. */
export const batchNormSettings = { epsilon, epsilonRule, gain, decay, perStep, maxSteps } as const;

/**
 * Checks every setting of batch normalization.
 *
 * @param where  named in front of the setting, e.g. `batchNorm`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function checkBatchNormSpec(where: string, fields: SpecFields): BatchNormSpec {
  const over = expectOneOf(`${where}: over`, fields['over'], ['frame', 'sequence']);
  const checked = checkSettings(where, fields, batchNormSettings);
  refuseStepsOfSequence(where, over, checked.perStep);
  return { kind: 'batch', over, ...checked };
}

/** The whole specification that the options stand for. */
export function batchNormSpec(options: BatchNormOptions): BatchNormSpec {
  if (options.perStep === true && options.maxSteps === undefined) {
    throw new UsageError(
      'batchNorm: perStep needs maxSteps, the number of time steps with statistics of their own.',
      { hint: 'Take the length of a training window; later steps use the last one.' },
    );
  }
  return checkBatchNormSpec('batchNorm', { ...defaultsOf(batchNormSettings), ...options });
}
