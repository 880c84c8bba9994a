export { clipScale, type ClipResult, type ClipSpec } from './clip';
export { DivergedError } from './divergedError';
export type { AdamSpec, MomentumSpec, OptimizerSpec, SgdSpec } from './optimizer/optimizerSpec';
export { learningRateOf, type ScheduleSpec } from './schedule';
export type {
  CheckpointOptions,
  EvaluationOptions,
  RunIdentity,
  TrainOptions,
} from './trainOptions';
