import {
  batchNormalizeOp,
  layerNormalizeOp,
  standardizeStoredOp,
  type KernelCall,
  type OpAttributes,
} from '@bnrnn/tensor-backend';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { free, opKernel, uploadLengths } from './kernel';

type Matrices = Omit<TensorInfo, 'shape'> & { shape: [number, number, number] };

/** The scalars that both directions of batch normalization share. */
export function domain(
  { shape }: Pick<Matrices, 'shape'>,
  attributes: Omit<OpAttributes<typeof batchNormalizeOp>, 'lengths'>,
) {
  const [time, batch, features] = shape;
  const { over, epsilon, epsilonRule } = attributes;
  const sequence = Number(over === 'sequence');
  return { time, batch, features, sequence, epsilon, twice: Number(epsilonRule === 'double') };
}

/** Batch normalization, frame- or sequence-wise, over real rows. */
export const batchNormalize = opKernel(batchNormalizeOp, {
  run(backend, { inputs, attributes }) {
    const { x, gain, shift, storedMean, storedVariance } = inputs;
    const [time, , features] = x.shape;
    const steps = attributes.over === 'sequence' ? 1 : time;
    const y = backend.allocate(x.shape);
    const mean = backend.allocate([steps, features]);
    const variance = backend.allocate([steps, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('batchNormalize', {
      ...domain(x, attributes),
      ...backend.offsets({ x, gain, y, mean, variance, shift, lengths }),
      ...backend.offsets({ storedMean, storedVariance }),
    });
    free(backend, lengths);
    return { y, mean, variance };
  },
  saves: ['x', 'gain', 'storedMean', 'storedVariance', 'mean', 'variance'],
  gradient(backend, { dys: { y: dy }, saved, attributes, given }) {
    const { x, gain, storedMean, storedVariance, mean, variance } = saved;
    const features = x.shape[2];
    const dx = backend.allocate(x.shape);
    const dGain = backend.allocate([features]);
    const dShift = given.shift ? backend.allocate([features]) : undefined;
    const sums = backend.allocate([2, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('batchNormalizeGradient', {
      ...domain(x, attributes),
      ...backend.offsets({ x, dy, gain, mean, variance, dx, dGain, sums, lengths, dShift }),
      ...backend.offsets({ storedMean, storedVariance }),
    });
    free(backend, sums, lengths);
    return { x: dx, gain: dGain, shift: dShift };
  },
});

/** The sizes and scalars that both directions of standardization share. */
export function standardizationSizes(
  { shape }: Matrices,
  rows: number,
  { epsilon, epsilonRule }: OpAttributes<typeof standardizeStoredOp>,
) {
  const [time, batch, features] = shape;
  return { time, batch, features, rows, epsilon, twice: Number(epsilonRule === 'double') };
}

/** y of a standardization, by constants or by moments that a gradient flows through. */
export function standardizeBy(
  backend: SharedMemoryBackend,
  call: Pick<KernelCall<typeof standardizeStoredOp>, 'inputs' | 'attributes'>,
): { y: TensorInfo } {
  const { x, gain, mean, variance, shift } = call.inputs;
  const y = backend.allocate(x.shape);
  const lengths = uploadLengths(backend, call.attributes.lengths);
  backend.pool.run('standardizeStored', {
    ...standardizationSizes(x, mean.shape[0], call.attributes),
    ...backend.offsets({ x, gain, mean, variance, y, shift, lengths }),
  });
  free(backend, lengths);
  return { y };
}

/** Standardization by given statistics. */
export const standardizeStored = opKernel(standardizeStoredOp, {
  run: standardizeBy,
  saves: ['x', 'gain', 'mean', 'variance'],
  gradient(backend, { dys: { y: dy }, saved: { x, gain, mean, variance }, attributes, given }) {
    const features = x.shape[2];
    const dx = backend.allocate(x.shape);
    const dGain = backend.allocate([features]);
    const dShift = given.shift ? backend.allocate([features]) : undefined;
    const sums = backend.allocate([2, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('standardizeStoredGradient', {
      ...standardizationSizes(x, mean.shape[0], attributes),
      ...backend.offsets({ x, dy, gain, mean, variance, dx, dGain, sums, lengths, dShift }),
    });
    free(backend, sums, lengths);
    return { x: dx, gain: dGain, shift: dShift };
  },
});

/** The sizes and scalars that both directions of layer normalization share. */
function blocks({ shape }: TensorInfo, attributes: OpAttributes<typeof layerNormalizeOp>) {
  const { groups, epsilon, center } = attributes;
  const features = shape.at(-1) as number;
  const rows = util.sizeFromShape(shape) / features;
  return { rows, batch: shape.at(-2) ?? 1, features, groups, epsilon, center: Number(center) };
}

/** Layer normalization of the last axis, in equal groups. */
export const layerNormalize = opKernel(layerNormalizeOp, {
  run(backend, { inputs: { x, gain, shift }, attributes }) {
    const y = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('layerNormalize', {
      ...blocks(x, attributes),
      ...backend.offsets({ x, gain, y, shift, lengths }),
    });
    free(backend, lengths);
    return { y };
  },
  saves: ['x', 'gain'],
  gradient(backend, { dys: { y: dy }, saved: { x, gain }, attributes, given }) {
    const features = gain.shape[0];
    const dx = backend.allocate(x.shape);
    const dGain = backend.allocate([features]);
    const dShift = given.shift ? backend.allocate([features]) : undefined;
    const partial = backend.allocate([backend.pool.threads, 2, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('layerNormalizeGradient', {
      ...blocks(x, attributes),
      ...backend.offsets({ x, dy, gain, dx, dGain, partial, lengths, dShift }),
    });
    free(backend, partial, lengths);
    return { x: dx, gain: dGain, shift: dShift };
  },
});
