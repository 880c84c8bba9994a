import type { CorpusInfo, RunEvent, RunEventOf, StatisticsChoice, Unit } from '@bnrnn/core';

/** Where a number of a run comes from. */
export const settingSources = [
  'text',
  'code',
  'lua',
  'tf',
  'figure',
  'recalled',
  'chosen',
  'user',
] as const;
export type SettingSource = (typeof settingSources)[number];

/** One resolved setting of a run. */
export interface RunSetting {
  value: unknown;
  source: SettingSource;
  note?: string;
}

/** `config.json`: what a run was told to do. */
export interface RunConfig {
  preset: string;
  /** The preset that it is measured against, null for a baseline; absent in older run folders. */
  baseline?: string | null;
  recipe: string;
  backend: string;
  /** What the operands of matrix products were rounded to: `float32`, `bf16x3` or `bf16`. */
  precision: string;
  seed: number;
  unit: Unit;
  corpus: CorpusInfo;
  /** The command that made the run. */
  command?: string;
  /** The commit of the code that made it. */
  commit?: string;
  /** Versions of what computed, by name. */
  versions: Readonly<Record<string, string>>;
  /** Setting by path. */
  settings: Readonly<Record<string, RunSetting>>;
}

/** One evaluation, as `result.json` holds it. */
export type RunEvaluation = Pick<
  RunEventOf<'evaluation'>,
  | 'split'
  | 'nllPerUnit'
  | 'perplexity'
  | 'perplexityMeanOfBatches'
  | 'frameErrorRate'
  | 'recalibrationBatches'
> & {
  statistics: StatisticsChoice;
  /** Words, characters or frames that were evaluated. */
  units?: number;
};

/** Utterances that a run's data lists and that it did not use, for one reason. */
export interface LeftOut {
  split: 'train' | 'valid';
  /** A few words, such as `no alignment`. */
  reason: string;
  keys: readonly string[];
}

/** `result.json`: what came of it. */
export interface RunResult {
  steps: number;
  epochs: number;
  /** Nats per unit. */
  firstLoss: number;
  lastLoss: number;
  unitsPerSecond: number;
  seconds: number;
  /** What the operands of matrix products were rounded to; absent in older run folders. */
  precision?: string;
  best?: { epoch: number; nllPerUnit: number; perplexity: number; frameErrorRate?: number };
  evaluations: readonly RunEvaluation[];
  /** Of frame classifiers, where there are any. */
  leftOut?: readonly LeftOut[];
  /** The steps before a loss or gradient that was no number, which ended the run. */
  diverged?: { step: number; message: string };
}

/** A run folder, read. */
export interface Run {
  folder: string;
  config: RunConfig;
  events: readonly RunEvent[];
  /** Undefined where the run has not ended. */
  result: RunResult | undefined;
}
