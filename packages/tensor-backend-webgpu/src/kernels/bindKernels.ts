import { batchNormalize } from './batchNormalize';
import { dropout } from './dropout';
import { embedding } from './embedding';
import { layerNormalize } from './layerNormalize';
import { projectedCrossEntropy } from './projectedCrossEntropy';
import { scan } from './scan';
import { standardizeStored } from './standardizeStored';
import { adamStep, clipFactor, globalNorm, momentumStep, sgdStep } from './steps';

/** Binds every kernel of this backend. */
export function bindKernels(): void {
  for (const kernel of [
    batchNormalize,
    dropout,
    embedding,
    layerNormalize,
    projectedCrossEntropy,
    scan,
    standardizeStored,
    ...[adamStep, clipFactor, globalNorm, momentumStep, sgdStep],
  ]) {
    kernel.register();
  }
}
