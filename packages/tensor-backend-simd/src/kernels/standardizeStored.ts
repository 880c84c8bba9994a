import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import {
  activeBackend,
  free,
  handOut,
  optionalOffset,
  uploadLengths,
  type SimdKernel,
} from './kernel';

/** The sizes and scalars that both directions share. */
function sizes(x: TensorInfo, mean: TensorInfo, attributes: Record<string, unknown>) {
  const [time, batch, features] = x.shape as [number, number, number];
  const [rows] = mean.shape as [number, number];
  const epsilon = attributes['epsilon'] as number;
  const twice = Number(attributes['epsilonRule'] === 'double');
  return { time, batch, features, rows, epsilon, twice };
}

/** Standardization by given statistics. */
export const standardizeStored: SimdKernel = {
  name: 'StandardizeStored',
  run(backend, inputs, attributes) {
    const { x, gain, mean, variance, shift } = inputs as Record<
      'x' | 'gain' | 'mean' | 'variance' | 'shift',
      TensorInfo
    >;
    const y = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, attributes);
    backend.pool.run('standardizeStored', {
      ...sizes(x, mean, attributes),
      ...backend.offsets({ x, gain, mean, variance, y }),
      shift: optionalOffset(backend, shift, attributes['hasShift']),
      lengths: optionalOffset(backend, lengths),
    });
    free(backend, lengths);
    return y;
  },
  gradient: {
    inputsToSave: ['x', 'gain', 'mean', 'variance'],
    gradFunc: (dy, saved, attributes) => {
      const backend = activeBackend();
      const [x, gain, mean, variance] = saved as [Tensor, Tensor, Tensor, Tensor];
      const features = x.shape.at(-1) as number;
      const dx = backend.allocate(x.shape);
      const dGain = backend.allocate([features]);
      const dShift = attributes['hasShift'] === true ? backend.allocate([features]) : undefined;
      const sums = backend.allocate([2, features]);
      const lengths = uploadLengths(backend, attributes);
      backend.pool.run('standardizeStoredGradient', {
        ...sizes(x, mean, attributes),
        ...backend.offsets({ x, dy: dy as Tensor, gain, mean, variance, dx, dGain, sums }),
        lengths: optionalOffset(backend, lengths),
        dShift: optionalOffset(backend, dShift),
      });
      free(backend, sums, lengths);
      return handOut({
        x: dx,
        gain: dGain,
        mean: undefined,
        variance: undefined,
        shift: dShift,
      });
    },
  },
};
