export { activate } from './backends/activate';
export {
  type Backend,
  type BackendInfo,
  type BackendProbe,
  type StartedBackend,
  type StartOptions,
} from './backends/backend';
export { cpuBackend } from './backends/cpuBackend';
export { registerBackend, registeredBackends } from './backends/registry';
export { reserveProblem } from './backends/reserveProblem';
export {
  backendSettings,
  expectMemory,
  expectThreads,
  isSet,
  threadsOfMachine,
} from './backends/settings';
export { startBackend, type StartBackendOptions } from './backends/startBackend';
export { wasmBackend } from './backends/wasmBackend';
export { checkModel, type CheckModelOptions } from './checkModel';
export { startKernelLog, type KernelLog, type KernelLogEntry } from './dispatch/kernelLog';
export {
  bindKernel,
  type GradientCall,
  type KernelCall,
  type OpKernel,
  type SavedBy,
} from './dispatch/bindKernel';
export {
  defineOp,
  type InfoOf,
  type Op,
  type OpAttributes,
  type OpInputs,
  type OpOutputs,
} from './dispatch/defineOp';
export {
  kernelsOf,
  type BackendKernel,
  type KernelHost,
  type KernelMaker,
  type OwnKernel,
} from './dispatch/kernelsOf';
export type { ListOp } from './dispatch/listOp';
export type { FallbackPolicy } from './dispatch/fallbackPolicy';
export { runOp } from './dispatch/runOp';
export { keepGradients } from './gradients/keepGradients';
export { registerGradients } from './gradients/registerGradients';
export { adamStep, adamStepOp, type AdamStepOptions } from './ops/adamStep';
export {
  batchNormalize,
  batchNormalizeOp,
  type BatchNormalizeOptions,
  type BatchNormalizeResult,
} from './ops/batchNormalize';
export { batchNormalizeOverRanksOp } from './ops/batchNormalizeOverRanks';
export { gateCounts, insidePlacements, type CellKind, type InsidePlacement } from './ops/cellSteps';
export { clipFactor, clipFactorOp, smallestClip, type ClipFactorOptions } from './ops/clipFactor';
export { customOp, offTape, type CustomResult } from './ops/customOp';
export { dropout, dropoutOp, type DropoutOptions } from './ops/dropout';
export { embedding, embeddingOp } from './ops/embedding';
export { globalNorm, globalNormOp } from './ops/globalNorm';
export { groupMoments, groupMomentsOp, type GroupMomentsOptions } from './ops/groupMoments';
export { gruScan, type GruScanOptions, type GruScanResult } from './ops/gruScan';
export { layerNormalize, layerNormalizeOp, type LayerNormalizeOptions } from './ops/layerNormalize';
export { lstmScan, type LstmScanOptions, type LstmScanResult } from './ops/lstmScan';
export {
  backwardOf,
  lstmDirection,
  lstmPair,
  lstmScanPair,
  lstmScanPairOp,
  type LstmDirection,
  type LstmScanPairOptions,
  type LstmScanPairResult,
} from './ops/lstmScanPair';
export { moments, momentsOp, type MomentsOptions } from './ops/moments';
export { momentumStep, momentumStepOp, type MomentumStepOptions } from './ops/momentumStep';
export { product, productOp } from './ops/product';
export {
  projectedCrossEntropy,
  projectedCrossEntropyOp,
  type ProjectedCrossEntropyOptions,
} from './ops/projectedCrossEntropy';
export { rnnScan, type RnnScanOptions, type RnnScanResult } from './ops/rnnScan';
export { runningAverage, runningAverageOp, type RunningAverageOptions } from './ops/runningAverage';
export { scanOp, type ScanAttributes, type ScanNormalizerSpec } from './ops/scanOp';
export { servesPlacements } from './ops/servesPlacements';
export { sgdStep, sgdStepOp, type SgdStepOptions } from './ops/sgdStep';
export {
  standardize,
  standardizeOp,
  standardizeStored,
  standardizeStoredOp,
  type StandardizeOptions,
} from './ops/standardize';
export {
  stepwiseScan,
  type NormalizeStep,
  type ScanStep,
  type ScanTensors,
  type StepwiseScanResult,
  type StepwiseSettings,
} from './ops/stepwiseScan';
export { zeroPadding } from './ops/zeroPadding';
export { symmetricEigen, type SymmetricEigen } from './ops/symmetricEigen';
export { whitenGroups, whitenGroupsOp, type WhitenGroupsOptions } from './ops/whitenGroups';
export {
  whiteningMatrix,
  whiteningMatrixOp,
  type WhiteningMatrixOptions,
  type WhiteningMethod,
} from './ops/whiteningMatrix';
export {
  liveNumbers,
  matrixOfRows,
  matrixRows,
  type LiveBackend,
  type MatrixRows,
} from './liveNumbers';
export { rehearse, type Rehearsal, type RehearsingBackend } from './rehearse';
