export { columnsOfRank, type BatchPart } from './batchPart';
export { type Batch, type BatchSource } from './batchSource';
export { alone, type Collective } from './collective';
export { corpusInfoSchema, type CorpusInfo } from './corpusInfo';
export {
  BackendError,
  BnrnnError,
  DataError,
  ShapeError,
  UsageError,
  type ErrorOptionsWithHint,
} from './errors';
export { escapeUnseen } from './escapeUnseen';
export { parseRunEvent } from './events/parseRunEvent';
export {
  runEventSchema,
  statisticsChoices,
  units,
  type RunEvent,
  type RunEventOf,
  type StatisticsChoice,
  type Unit,
} from './events/runEvent';
export { expectNumber, type NumberBounds } from './expectNumber';
export { expectOneOf } from './expectOneOf';
export { expectShape, type ExpectedShape } from './expectShape';
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
export { Sha256 } from './sha256';
export { cannotWrite, errorCode, reasonOf } from './systemFailure';
export type { TokenBatch } from './tokenBatch';
export type { UtteranceBatch } from './utteranceBatch';
