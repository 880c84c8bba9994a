import type { ReportedConfig, RunEvent, RunResult } from '@bnrnn/core';

/** `config.json` as far as reports read it. */
export type RunConfig = Omit<ReportedConfig, 'version'>;

/** A run folder, read. */
export interface Run {
  folder: string;
  config: RunConfig;
  events: readonly RunEvent[];
  /** Undefined where the run has not ended. */
  result: RunResult | undefined;
}
