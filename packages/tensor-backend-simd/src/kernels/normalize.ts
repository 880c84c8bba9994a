import { util, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { activeBackend, handOut, optionalOffset, type SimdKernel } from './kernel';

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
    const { x, gain, shift, mask, storedMean, storedVariance } = inputs as Record<
      'x' | 'gain' | 'shift' | 'mask' | 'storedMean' | 'storedVariance',
      TensorInfo
    >;
    const [time, , features] = x.shape as [number, number, number];
    const steps = attributes['over'] === 'sequence' ? 1 : time;
    const y = backend.allocate(x.shape);
    const mean = backend.allocate([steps, features]);
    const variance = backend.allocate([steps, features]);
    const counts = backend.allocate([steps]);
    backend.pool.run('batchNormalize', {
      ...domain(x, attributes),
      ...backend.offsets({ x, gain, y, mean, variance, counts }),
      shift: optionalOffset(backend, shift, attributes['hasShift']),
      mask: optionalOffset(backend, mask, attributes['hasMask']),
      storedMean: optionalOffset(backend, storedMean, attributes['hasStoredMean']),
      storedVariance: optionalOffset(backend, storedVariance, attributes['hasStoredVariance']),
    });
    return [y, mean, variance, counts];
  },
  gradient: {
    inputsToSave: ['x', 'gain', 'mask', 'storedMean', 'storedVariance'],
    outputsToSave: [false, true, true, true],
    gradFunc: (dys, saved, attributes) => {
      const backend = activeBackend();
      const [dy] = dys as Tensor[] as [Tensor];
      const [x, gain, mask, storedMean, storedVariance, mean, variance, counts] = saved as [
        Tensor,
        Tensor,
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
      backend.pool.run('batchNormalizeGradient', {
        ...domain(x, attributes),
        ...backend.offsets({ x, dy, gain, mean, variance, counts, dx, dGain, sums }),
        mask: optionalOffset(backend, mask, attributes['hasMask']),
        storedMean: optionalOffset(backend, storedMean, attributes['hasStoredMean']),
        storedVariance: optionalOffset(backend, storedVariance, attributes['hasStoredVariance']),
        dShift: optionalOffset(backend, dShift),
      });
      backend.disposeData(sums.dataId);
      return handOut({
        x: dx,
        gain: dGain,
        shift: dShift,
        mask: undefined,
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
    const { x, gain, shift, mask } = inputs as Record<'x' | 'gain' | 'shift' | 'mask', TensorInfo>;
    const { groups, epsilon } = attributes as { groups: number; epsilon: number };
    const features = x.shape.at(-1) as number;
    const y = backend.allocate(x.shape);
    const rows = util.sizeFromShape(x.shape) / features;
    backend.pool.run('layerNormalize', {
      ...{ rows, features, groups, epsilon, ...backend.offsets({ x, gain, y }) },
      shift: optionalOffset(backend, shift, attributes['hasShift']),
      mask: optionalOffset(backend, mask, attributes['hasMask']),
    });
    return y;
  },
  gradient: {
    inputsToSave: ['x', 'gain', 'mask'],
    gradFunc: (dy, saved, attributes) => {
      const backend = activeBackend();
      const [x, gain, mask] = saved as [Tensor, Tensor, Tensor];
      const { groups, epsilon } = attributes as unknown as { groups: number; epsilon: number };
      const features = x.shape.at(-1) as number;
      const dx = backend.allocate(x.shape);
      const dGain = backend.allocate([features]);
      const dShift = attributes['hasShift'] === true ? backend.allocate([features]) : undefined;
      const partial = backend.allocate([backend.pool.threads, 2, features]);
      backend.pool.run('layerNormalizeGradient', {
        ...{ rows: x.size / features, features, groups, epsilon },
        ...backend.offsets({ x, dy: dy as Tensor, gain, dx, dGain, partial }),
        mask: optionalOffset(backend, mask, attributes['hasMask']),
        dShift: optionalOffset(backend, dShift),
      });
      backend.disposeData(partial.dataId);
      return handOut({ x: dx, gain: dGain, shift: dShift, mask: undefined });
    },
  },
};
