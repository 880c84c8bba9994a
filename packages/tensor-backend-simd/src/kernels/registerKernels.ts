import { getKernelsForBackend, registerKernel } from '@tensorflow/tfjs-core';
import { cast } from './cast';
import { concat, slice, splitV } from './copies';
import { projectedCrossEntropy } from './crossEntropy';
import { dropout } from './dropout';
import { binaryKernels, unaryKernels } from './elementwise';
import { embedding } from './embedding';
import { gruScan } from './gruScan';
import { backendName, type SimdKernel } from './kernel';
import { lstmScan } from './lstmScan';
import { lstmScanPair } from './lstmScanPair';
import { batchNormalize, layerNormalize, standardizeStored } from './normalize';
import { normalizedScan } from './normalizedScan';
import { batchMatMul } from './product';
import { rnnScan } from './rnnScan';
import { adamStep, globalNorm, momentumStep, sgdStep } from './steps';
import { sum } from './sum';

/** The kernels that this backend brings; everything else runs tfjs's cpu kernels on its memory. */
const own: readonly SimdKernel[] = [
  adamStep,
  batchMatMul,
  batchNormalize,
  ...binaryKernels,
  cast,
  concat,
  dropout,
  embedding,
  globalNorm,
  gruScan,
  layerNormalize,
  lstmScan,
  lstmScanPair,
  momentumStep,
  normalizedScan,
  projectedCrossEntropy,
  rnnScan,
  sgdStep,
  slice,
  splitV,
  standardizeStored,
  sum,
  ...unaryKernels,
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
