import type { CorpusInfo } from '@bnrnn/core';
import type { RunConfig, TrainingPlan } from '@bnrnn/experiments';
import type { LeftOut } from '@bnrnn/reporting';
import type { ModelSpec, SequenceModel } from '@bnrnn/recurrent';

/** A run that can start: what `trainRun` needs of either task. */
export interface PreparedRun {
  readonly config: RunConfig;
  readonly plan: TrainingPlan;
  /** A new model on the active backend, the caller's to dispose. */
  makeModel(): SequenceModel;
  /** What of the data the run does not use. */
  readonly leftOut: readonly LeftOut[];
  /** What else the run folder holds, by file name: plain JSON. */
  readonly files: Readonly<Record<string, unknown>>;
}

/** The data of a run, opened. */
export interface RunData<Config extends RunConfig> {
  readonly info: CorpusInfo;
  /** What a reader should know about it before it is used. */
  readonly lines: readonly string[];
  /** What the run's model is made of. */
  model(config: Config): ModelSpec;
  prepare(config: Config): PreparedRun;
  close(): Promise<void>;
}
