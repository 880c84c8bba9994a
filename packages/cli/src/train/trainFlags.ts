import { expectOneOf } from '@bnrnn/core';
import { normalizationChoices, overrideReader, type ResolveRunOptions } from '@bnrnn/experiments';
import { corpusOverrides, type CorpusFlags } from '../corpusFlags';
import { expectBackendName, type BackendFlags } from '../backendFlags';
import type { OwnStrategy, StrategyFlags } from '../ownStrategy';
import type { SpeechFlags } from '../speech/speechFlags';

export interface TrainFlags extends BackendFlags, StrategyFlags, SpeechFlags, CorpusFlags {
  readonly data?: string;
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

/** What a run is asked for, before its data and backend are known. */
export type RunRequest = Omit<ResolveRunOptions, 'corpus' | 'data'>;

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
    backend: backend ?? '',
    overrides: [...corpusOverrides(flags), ...set.map(overrideReader(ownKinds))],
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

/** A corpus that is not known yet. */
export const unknownCorpus = { name: '', sha256: {}, counts: {}, classes: 0 };
