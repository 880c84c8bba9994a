export type { CheckpointStore, FileParts, Hash, StoredFile } from './checkpoint/checkpointStore';
export type { CheckpointOptions } from './checkpoint/checkpointWriter';
export { copyCheckpoint } from './checkpoint/copyCheckpoint';
export { loadModel, type LoadModelOptions } from './checkpoint/loadModel';
export { memoryStore, type MemoryStore } from './checkpoint/memoryStore';
export type { Manifest, RunSettings } from './checkpoint/manifest';
export {
  readBestCheckpoint,
  readCheckpoint,
  readLatestCheckpoint,
  readLatestManifest,
  type Checkpoint,
  type LatestCheckpoint,
} from './checkpoint/readCheckpoint';
export {
  decodeSafetensors,
  encodeSafetensors,
  type DecodeOptions,
  type StoredTensor,
  type TensorSource,
} from './checkpoint/safetensors';
export type { ClipSpec } from './clip';
export { DivergedError } from './divergedError';
export { evaluate, type EvaluateOptions, type EvaluateResult } from './evaluation/evaluate';
export { framePosteriors, type UtterancePosteriors } from './evaluation/framePosteriors';
export {
  dependsOnStatistics,
  recalibrate,
  type Recalibration,
  type RecalibrateOptions,
} from './evaluation/recalibrate';
export { meansOf, type LossMeans, type LossSums } from './lossSums';
export { expectModelFits, type ModelSize } from './memory/expectModelFits';
export { rehearseStep, type BatchSizes, type Trained } from './memory/rehearseStep';
export { StepDoesNotFitError } from './memory/stepDoesNotFitError';
export { makeOptimizer } from './optimizer/makeOptimizer';
export type { Optimizer, OptimizerUpdate } from './optimizer/optimizer';
export type { AdamSpec, MomentumSpec, OptimizerSpec, SgdSpec } from './optimizer/optimizerSpec';
export type { Progress } from './progress';
export { learningRateOf, type ScheduleSpec } from './schedule';
export { expectSameOnRanks } from './ranks/expectSameOnRanks';
export { train } from './train';
export type { EvaluationOptions, RunIdentity, TrainOptions } from './trainOptions';
