export { activate } from './backends/activate';
export type { Backend, BackendInfo, BackendProbe, StartOptions } from './backends/backend';
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
export {
  adamStepContract,
  batchNormalizeContract,
  dropoutContract,
  embeddingContract,
  globalNormContract,
  gruScanContract,
  layerNormalizeContract,
  lstmScanContract,
  lstmScanPairContract,
  momentumStepContract,
  projectedCrossEntropyContract,
  rnnScanContract,
  sgdStepContract,
  softmaxCrossEntropyContract,
  standardizeStoredContract,
} from './dispatch/contracts';
export { startKernelLog, type KernelLog, type KernelLogEntry } from './dispatch/kernelLog';
export {
  defineContract,
  type KernelAttributes,
  type OpAttributes,
  type OpContract,
  type OpInputs,
  type OpKernelConfig,
  type OpOutputs,
} from './dispatch/opContract';
export type { ReferencePolicy } from './dispatch/referencePolicy';
export { hasKernel, runListOp, runOp } from './dispatch/runOp';
export { freeConsumed } from './gradients/freeConsumed';
export { keepGradients } from './gradients/keepGradients';
export { registerGradients } from './gradients/registerGradients';
export { adamStep, type AdamStepOptions } from './ops/adamStep';
export {
  batchNormalize,
  type BatchNormalizeOptions,
  type BatchNormalizeResult,
} from './ops/batchNormalize';
export { dropout, type DropoutOptions } from './ops/dropout';
export { embedding } from './ops/embedding';
export { globalNorm } from './ops/globalNorm';
export { gruScan, type GruScanOptions, type GruScanResult } from './ops/gruScan';
export { layerNormalize, type LayerNormalizeOptions } from './ops/layerNormalize';
export { lstmScan, type LstmScanOptions, type LstmScanResult } from './ops/lstmScan';
export {
  lstmScanPair,
  type LstmDirection,
  type LstmScanPairOptions,
  type LstmScanPairResult,
} from './ops/lstmScanPair';
export { momentumStep, type MomentumStepOptions } from './ops/momentumStep';
export { product } from './ops/product';
export {
  projectedCrossEntropy,
  type ProjectedCrossEntropyOptions,
} from './ops/projectedCrossEntropy';
export { rnnScan, type RnnScanOptions, type RnnScanResult } from './ops/rnnScan';
export { sgdStep, type SgdStepOptions } from './ops/sgdStep';
export { softmaxCrossEntropy, type SoftmaxCrossEntropyOptions } from './ops/softmaxCrossEntropy';
export { standardizeStored, type StandardizeStoredOptions } from './ops/standardizeStored';
export { rehearse, type Rehearsal, type RehearsingBackend } from './rehearse';
