import { batchNormalize } from './kernels/batchNormalize';
import { dropout } from './kernels/dropout';
import { embedding } from './kernels/embedding';
import { layerNormalize } from './kernels/layerNormalize';
import { moments } from './kernels/moments';
import { projectedCrossEntropy } from './kernels/projectedCrossEntropy';
import { lstmScanPair } from './kernels/scan/lstmScanPair';
import { runningAverage } from './kernels/runningAverage';
import { scan } from './kernels/scan/scan';
import { standardize, standardizeStored } from './kernels/standardize';
import { adamStep, clipFactor, globalNorm, momentumStep, sgdStep } from './kernels/steps';

/** Binds every kernel of this backend. */
export function bindKernels(): void {
  for (const kernel of [
    batchNormalize,
    dropout,
    embedding,
    layerNormalize,
    lstmScanPair,
    moments,
    projectedCrossEntropy,
    runningAverage,
    scan,
    standardize,
    standardizeStored,
    ...[adamStep, clipFactor, globalNorm, momentumStep, sgdStep],
  ]) {
    kernel.register();
  }
}
