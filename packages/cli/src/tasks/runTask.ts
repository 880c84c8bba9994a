import type { BatchSource, Collective, CorpusInfo, LeftOut, RunEventOf } from '@bnrnn/core';
import type {
  BenchSubject,
  ResolveRunOptions,
  RunConfig,
  RunDraft,
  RunFacts,
  SettingPath,
  SettingsFor,
  Task,
  TaskName,
} from '@bnrnn/experiments';
import type { ModelSpec } from '@bnrnn/recurrent';
import type { CorpusFlags } from './corpusFlags';
import type { Io } from '../io';
import type { SpeechFlags } from '../speech/speechFlags';

/** What a run is asked for, before its data is known. */
export type RunRequest = Omit<ResolveRunOptions, 'data' | 'ofData'>;

/** The flags that say where data lies and how it is read. */
export interface DataFlags extends SpeechFlags, CorpusFlags {
  readonly data?: string;
}

/** The flags that say how much random data a bench makes. */
export interface RandomFlags {
  readonly frames?: number;
  readonly vocabulary?: number;
}

export type Split = RunEventOf<'evaluation'>['split'];

/** The data of a run, opened. */
export interface RunData {
  readonly info: CorpusInfo;
  /** What a reader should know about it before it is used. */
  readonly lines: readonly string[];
  /** What the run's model is made of. */
  readonly spec: ModelSpec;
  /** The batches of each split. @throws UsageError naming a split that does not fill one. */
  batches(): Readonly<Record<'train' | 'valid', BatchSource>>;
  /** What of the data the run does not use. */
  readonly leftOut: readonly LeftOut[];
  /** What else the run folder holds, by file name: plain JSON. */
  files(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** One split of a run's data, opened to be evaluated. */
export interface EvaluatedSplit {
  /** What a reader should know about the data before it is used. */
  readonly lines: readonly string[];
  readonly source: BatchSource;
  /** The training batches, for recalibrated statistics. */
  readonly trainSource: BatchSource;
  close(): Promise<void>;
}

/** What a comparison of backends trains. */
type ParitySubject = Pick<BenchSubject, 'makeModel' | 'plan' | 'source'>;

/** Everything in which the commands treat one task otherwise than another. */
export interface RunTask<Of extends TaskName = TaskName> {
  readonly task: Task<Of>;
  /** The flags of data, and of `bench`, that this task alone has. */
  readonly flags: readonly (keyof DataFlags | keyof RandomFlags)[];
  /** What a user who named another task's flag should know. */
  readonly needs: string;
  /** What stands in front of the time steps of the largest batch, in hints of `train` and of `bench`. */
  readonly timeFlags: { readonly train: string; readonly bench: string };
  /** Settings of the task that a model without normalizers cannot have, as it has them. */
  readonly withoutNormalization: readonly string[];
  /** The splits that a finished run of a plan is evaluated on. */
  readonly evaluated: readonly Split[];
  /** What a table of presets shows: a heading and a setting each. */
  readonly columns: readonly (readonly [string, SettingPath])[];
  /** The model on data of the paper's sizes, or of those that the flags of a bench say. */
  paperModel(settings: SettingsFor<Of>, flags?: RandomFlags): ModelSpec;
  /** Steps of a batch of a bench. */
  benchTime(settings: SettingsFor<Of>, flags: RandomFlags): number;
  /**
   * What the flags ask for, before the data is opened.
   *
   * @param stored  the configuration of a run that goes on.
   * @throws UsageError for a missing flag, or settings that cannot be.
   */
  draft(request: RunRequest, flags: DataFlags, stored?: RunConfig): RunDraft<Of>;
  /**
   * Opens the data of a run.
   *
   * @param collective  the ranks that share it: each keeps its own part where it can. One process when absent.
   * @throws DataError when a file is not what it should be.
   */
  open(io: Io, draft: RunDraft<Of>, collective?: Collective): Promise<RunData>;
  /** A split of a run's own data, or of other data of its kind. @throws DataError where it is not. */
  split(io: Io, config: RunConfig<Of>, split: Split, flags: DataFlags): Promise<EvaluatedSplit>;
  /** The training of a run on random batches. */
  bench(request: RunRequest, flags: RandomFlags, facts: RunFacts): BenchedRun;
  /** The training that a comparison of backends does, on `data` where the task has a corpus by name. */
  parity(
    io: Io,
    request: RunRequest,
    data: string,
    facts: Omit<RunFacts, 'corpus'>,
  ): Promise<ParitySubject>;
}

interface BenchedRun {
  readonly config: RunConfig;
  readonly subject: BenchSubject;
}
