export { columnsOfRank, type BatchPart } from './batchPart';
export type { Batch, BatchSource } from './batchSource';
export { alone, type Collective } from './collective';
export {
  BackendError,
  BnrnnError,
  DataError,
  ShapeError,
  UsageError,
  type ErrorOptionsWithHint,
} from './errors';
export { escapeUnseen } from './escapeUnseen';
export { expectNumber, type NumberBounds } from './expectNumber';
export { expectOneOf } from './expectOneOf';
export { expectShape, type ExpectedShape } from './expectShape';
export { expectIndices, type ExpectedIndices } from './indices';
export { longestLfsPointer, refuseLfsPointer } from './gitLfs';
export { addressSpaceLimit, availableProcessors, memoryOfMachine } from './machine/machine';
export {
  countRealSteps,
  expectLengths,
  lengthsAtStep,
  longestRow,
  paddedLengths,
  rowsOfEachStep,
  type GivenLengths,
  type Lengths,
  type PaddedSizes,
} from './lengths';
export {
  randomStream,
  randomStreamFromKey,
  type RandomKey,
  type RandomStream,
} from './random/randomStream';
export { threefry2x32 } from './random/threefry';
export type { CorpusInfo } from './run/corpusInfo';
export { parseRunEvent } from './run/parseRunEvent';
export {
  badUtteranceRules,
  configVersion,
  parseConfig,
  parseReportedConfig,
  precisions,
  sources,
  type BadUtteranceRule,
  type Precision,
  type ReportedConfig,
  type Resumption,
  type RunConfig,
  type Setting,
  type SettingValue,
  type Source,
  type SpeechFiles,
} from './run/runConfig';
export {
  statisticsChoices,
  units,
  type RunEvent,
  type RunEventOf,
  type StatisticsChoice,
  type Unit,
} from './run/runEvent';
export {
  parseClassFrames,
  parseVocabulary,
  type ClassFrames,
  type VocabularyData,
} from './run/runFiles';
export { parseResult, type LeftOut, type RunEvaluation, type RunResult } from './run/runResult';
export { parseAs, parseJson } from './run/schema';
export { Sha256 } from './sha256';
export { cannotWrite, errorCode, reasonOf } from './systemFailure';
export type { TokenBatch } from './tokenBatch';
export type { UtteranceBatch } from './utteranceBatch';
