import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { registerGradients } from './registerGradients';
import { tfjsGradients } from './tfjsGradients';

/**
 * Loads something that registers gradients over those that are there, as tfjs's union package does,
 * and puts those back: ours differ where tfjs's are wrong or slow.
 */
export function keepGradients<Result>(load: () => Result): Result {
  registerGradients();
  const names = [...tfjsGradients.map(({ kernelName }) => kernelName), 'GatherV2'];
  const kept = names.map((name) => getGradient(name));
  try {
    return load();
  } finally {
    kept.forEach(registerGradient);
  }
}
