import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { gatherGradient } from './gatherGradient';
import { tfjsGradients } from './tfjsGradients';

let registered = false;

/**
 * Registers the gradients of tfjs's plain ops where the process has none yet.
 *
 * In Node `@tensorflow/tfjs-core` brings no gradients (only the union package does). `startBackend`
 * and every op of this package call this; call it yourself only when neither is used. Gradients
 * that are already registered stay.
 */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  for (const config of [...tfjsGradients, gatherGradient]) {
    if ((getGradient(config.kernelName) as unknown) === undefined) registerGradient(config);
  }
}
