export { array64, at, axis, map64, put, reshape64, sizeOf, type Array64 } from './array64';
export { centralDifferences } from './centralDifferences';
export { expectClose, type Comparable, type Tolerance } from './expectClose';
export { expectNoLeak, expectNoLeakAsync } from './expectNoLeak';
export { filled, filledIds } from './filled';
export * as oracle from './oracle/index';
export { mpiEngines, type MpiEngine } from './mpiEngines';
export { lengthsOf, prefixMask } from './prefixMask';
export { onRanks } from './onRanks';
export { readGolden, type Golden, type GoldenProvenance } from './readGolden';
export {
  fromTensor,
  toScalar,
  toTensor,
  toTensor1D,
  toTensor2D,
  toTensor3D,
} from './tensors';
export { readWebgpuSynchronously } from './readWebgpuSynchronously';
export { testBackend, testBackends, type TestBackend } from './testBackends';
export { tinySentences, writeTinyPtb, type TinyPtbOptions } from './tinyPtb';
export { threadCollective, threadGroup } from './threadCollective';
export { countingTokens, learnableTokens } from './tinyTokens';
export { lossWeights, weightedSum, weightedSumOfTensors } from './weightedSum';
