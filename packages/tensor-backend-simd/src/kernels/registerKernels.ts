import type { BackendKernel } from '@bnrnn/tensor-backend';
import { getKernelsForBackend, registerKernel } from '@tensorflow/tfjs-core';
import { cast } from './cast';
import { concat, slice, splitV } from './copies';
import { projectedCrossEntropy } from './crossEntropy';
import { dropout } from './dropout';
import { binaryKernels, unaryKernels } from './elementwise';
import { embedding } from './embedding';
import { moments, standardize } from './halves';
import { backendName } from './kernel';
import { lstmScanPair } from './lstmScanPair';
import { batchNormalize, layerNormalize, standardizeStored } from './normalize';
import { batchNormalizeOverRanks } from './overRanks';
import { batchMatMul, product } from './product';
import { runningAverage } from './runningAverage';
import { scan } from './scan';
import { adamStep, clipFactor, globalNorm, momentumStep, sgdStep } from './steps';
import { sum } from './sum';
import { groupMoments, whitenGroups, whiteningMatrix } from './whiten';

/** The kernels that this backend brings; everything else runs tfjs's cpu kernels on its memory. */
const own: readonly BackendKernel[] = [
  adamStep,
  batchMatMul,
  batchNormalize,
  batchNormalizeOverRanks,
  ...binaryKernels,
  cast,
  clipFactor,
  concat,
  dropout,
  embedding,
  globalNorm,
  groupMoments,
  layerNormalize,
  lstmScanPair,
  moments,
  momentumStep,
  product,
  projectedCrossEntropy,
  runningAverage,
  scan,
  sgdStep,
  slice,
  splitV,
  standardize,
  standardizeStored,
  sum,
  ...unaryKernels,
  whitenGroups,
  whiteningMatrix,
];

let done = false;

/** Registers all kernels once for the process. */
export function registerKernels(): void {
  if (done) return;
  done = true;
  const taken = new Set(own.map(({ name }) => name));
  for (const config of getKernelsForBackend('cpu')) {
    if (!taken.has(config.kernelName)) registerKernel({ ...config, backendName });
  }
  for (const kernel of own) kernel.register();
}
