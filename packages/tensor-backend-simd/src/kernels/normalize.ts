import { util, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  activeBackend,
  free,
  handOut,
  optionalOffset,
  uploadLengths,
  type SimdKernel,
} from './kernel';

/** The scalars that both directions of batch normalization share. */
function domain(x: TensorInfo, attributes: Record<string, unknown>) {
  const [time, batch, features] = x.shape as [number, number, number];
  const { over, epsilon, epsilonRule } = attributes as {
    over: string;
    epsilon: number;
    epsilonRule: string;
  };
  const sequence = Number(over === 'sequence');
  return { time, batch, features, sequence, epsilon, twice: Number(epsilonRule === 'double') };
}

/** Batch normalization, frame- or sequence-wise, over unpadded rows. */
export const batchNormalize: SimdKernel = {
  name: 'BatchNormalize',
  run(backend, inputs, attributes) {
    const { x, gain, shift, storedMean, storedVariance } = inputs as Record<
      'x' | 'gain' | 'shift' | 'storedMean' | 'storedVariance',
      TensorInfo
    >;
    const [time, , features] = x.shape as [number, number, number];
    const steps = attributes['over'] === 'sequence' ? 1 : time;
    const y = backend.allocate(x.shape);
    const mean = backend.allocate([steps, features]);
    const variance = backend.allocate([steps, features]);
    const lengths = uploadLengths(backend, attributes);
    backend.pool.run('batchNormalize', {
      ...domain(x, attributes),
      ...backend.offsets({ x, gain, y, mean, variance }),
      shift: optionalOffset(backend, shift, attributes['hasShift']),
      lengths: optionalOffset(backend, lengths),
      storedMean: optionalOffset(backend, storedMean, attributes['hasStoredMean']),
      storedVariance: optionalOffset(backend, storedVariance, attributes['hasStoredVariance']),
    });
    free(backend, lengths);
    return [y, mean, variance];
  },
  gradient: {
    inputsToSave: ['x', 'gain', 'storedMean', 'storedVariance'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attributes) => {
      const backend = activeBackend();
      const [dy] = dys as Tensor[] as [Tensor];
      const [x, gain, storedMean, storedVariance, mean, variance] = saved as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const features = x.shape.at(-1) as number;
      const dx = backend.allocate(x.shape);
      const dGain = backend.allocate([features]);
      const dShift = attributes['hasShift'] === true ? backend.allocate([features]) : undefined;
      const sums = backend.allocate([2, features]);
      const lengths = uploadLengths(backend, attributes);
      backend.pool.run('batchNormalizeGradient', {
        ...domain(x, attributes),
        ...backend.offsets({ x, dy, gain, mean, variance, dx, dGain, sums }),
        lengths: optionalOffset(backend, lengths),
        storedMean: optionalOffset(backend, storedMean, attributes['hasStoredMean']),
        storedVariance: optionalOffset(backend, storedVariance, attributes['hasStoredVariance']),
        dShift: optionalOffset(backend, dShift),
      });
      free(backend, sums, lengths);
      return handOut({
        x: dx,
        gain: dGain,
        shift: dShift,
        storedMean: undefined,
        storedVariance: undefined,
      });
    },
  },
};

/** Layer normalization of the last axis, in equal groups. */
export const layerNormalize: SimdKernel = {
  name: 'LayerNormalize',
  run(backend, inputs, attributes) {
    const { x, gain, shift } = inputs as Record<'x' | 'gain' | 'shift', TensorInfo>;
    const { groups, epsilon } = attributes as { groups: number; epsilon: number };
    const features = x.shape.at(-1) as number;
    const y = backend.allocate(x.shape);
    const rows = util.sizeFromShape(x.shape) / features;
    const lengths = uploadLengths(backend, attributes);
    backend.pool.run('layerNormalize', {
      ...{
        rows,
        batch: x.shape.at(-2) ?? 1,
        features,
        groups,
        epsilon,
        ...backend.offsets({ x, gain, y }),
      },
      shift: optionalOffset(backend, shift, attributes['hasShift']),
      lengths: optionalOffset(backend, lengths),
    });
    free(backend, lengths);
    return y;
  },
  gradient: {
    inputsToSave: ['x', 'gain'],
    gradFunc: (dy, saved, attributes) => {
      const backend = activeBackend();
      const [x, gain] = saved as [Tensor, Tensor];
      const { groups, epsilon } = attributes as unknown as { groups: number; epsilon: number };
      const features = x.shape.at(-1) as number;
      const dx = backend.allocate(x.shape);
      const dGain = backend.allocate([features]);
      const dShift = attributes['hasShift'] === true ? backend.allocate([features]) : undefined;
      const partial = backend.allocate([backend.pool.threads, 2, features]);
      const lengths = uploadLengths(backend, attributes);
      backend.pool.run('layerNormalizeGradient', {
        ...{ rows: x.size / features, batch: x.shape.at(-2) ?? 1, features, groups, epsilon },
        ...backend.offsets({ x, dy: dy as Tensor, gain, dx, dGain, partial }),
        lengths: optionalOffset(backend, lengths),
        dShift: optionalOffset(backend, dShift),
      });
      free(backend, partial, lengths);
      return handOut({ x: dx, gain: dGain, shift: dShift });
    },
  },
};
