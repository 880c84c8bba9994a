export type { EventConsumer } from './events/eventConsumer';
export { jsonLines } from './events/jsonLines';
export { truncateEvents } from './events/truncateEvents';
export { progress, type ProgressOptions, type ProgressStream } from './progress/progress';
export { readRun } from './run/readRun';
export type {
  Run,
  RunConfig,
  RunEvaluation,
  RunResult,
  RunSetting,
  SettingSource,
} from './run/run';
