import { expectNumber, expectOneOf, UsageError } from '@bnrnn/core';
import type { BatchNormSpec, NormalizeOver } from './normalizerSpec';

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

/**
 * Checks every setting of batch normalization.
 *
 * @param where  named in front of the setting, e.g. `batchNorm`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function checkBatchNormSpec(
  where: string,
  spec: Readonly<Record<keyof BatchNormSpec, unknown>>,
): BatchNormSpec {
  const checked: BatchNormSpec = {
    kind: 'batch',
    over: expectOneOf(`${where}: over`, spec.over, ['frame', 'sequence']),
    epsilon: expectNumber(`${where}: epsilon`, spec.epsilon, { above: 0 }),
    epsilonRule: expectOneOf(`${where}: epsilonRule`, spec.epsilonRule, ['variance', 'double']),
    gain: expectNumber(`${where}: gain`, spec.gain),
    decay: expectNumber(`${where}: decay`, spec.decay, { min: 0, below: 1 }),
    perStep: expectBoolean(`${where}: perStep`, spec.perStep),
    maxSteps: expectNumber(`${where}: maxSteps`, spec.maxSteps, { integer: true, min: 1 }),
  };
  if (checked.perStep && checked.over === 'sequence') {
    throw new UsageError(
      `${where}: perStep is true with over "sequence", which has one set of statistics for all time steps.`,
      { hint: 'Leave perStep out, or normalize over "frame".' },
    );
  }
  return checked;
}

function expectBoolean(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError(`${where} is ${JSON.stringify(value)}, expected true or false.`);
}

/** The whole specification that the options stand for. */
export function batchNormSpec(options: BatchNormOptions): BatchNormSpec {
  const { perStep = false } = options;
  if (perStep && options.maxSteps === undefined) {
    throw new UsageError(
      'batchNorm: perStep needs maxSteps, the number of time steps with statistics of their own.',
      { hint: 'Take the length of a training window; later steps use the last one.' },
    );
  }
  const defaults = { epsilon: 1e-5, epsilonRule: 'variance', gain: 1, decay: 0.9, maxSteps: 1 };
  return checkBatchNormSpec('batchNorm', { ...defaults, ...options, kind: 'batch', perStep });
}
