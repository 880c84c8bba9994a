import { expectOneOf } from '@bnrnn/core';
import { normalizationChoices, overrideReader } from '@bnrnn/experiments';
import { expectBackendName, type BackendFlags } from '../backendFlags';
import type { OwnStrategy, StrategyFlags } from '../ownStrategy';
import type { DataFlags, RunRequest } from '../tasks/runTask';

export interface TrainFlags extends BackendFlags, StrategyFlags, DataFlags {
  readonly recipe?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly set?: readonly string[];
  readonly normalize?: string;
  readonly ranks?: number;
  readonly json?: boolean;
}

/** Reads the flags that both tasks share. @throws UsageError for a value that cannot be used. */
export function requestOf(
  preset: string,
  flags: TrainFlags,
  { strategies, files }: OwnStrategy,
): RunRequest {
  const ownKinds = strategies.map(({ kind }) => kind);
  const { recipe, seed, epochs, maxSteps, normalize, set = [], backend } = flags;
  if (backend !== undefined) expectBackendName(backend);
  return {
    preset,
    overrides: set.map(overrideReader(ownKinds)),
    strategies,
    strategyFiles: files,
    ...(recipe !== undefined && { recipe }),
    ...(seed !== undefined && { seed }),
    ...(epochs !== undefined && { epochs }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(normalize !== undefined && {
      normalize: expectOneOf('--normalize', normalize, [...normalizationChoices, ...ownKinds]),
    }),
  };
}
