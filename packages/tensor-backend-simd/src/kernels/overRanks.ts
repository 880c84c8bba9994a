import { batchNormalizeOverRanksOp, type OpAttributes } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { free, opKernel, uploadLengths } from './kernel';
import { domain } from './normalize';

/** Numbers of float64 for what ranks sum, as a tensor of this backend's memory and as they lie there. */
function sumsIn(
  backend: SharedMemoryBackend,
  count: number,
): { readonly sums: TensorInfo; readonly values: Float64Array } {
  const sums = backend.allocate([2 * count]);
  const { buffer, byteOffset } = backend.view(sums);
  return { sums, values: new Float64Array(buffer, byteOffset, count) };
}

/** Batch normalization whose ranks sum where the numbers lie, once forward and once backward. */
export const batchNormalizeOverRanks = opKernel(batchNormalizeOverRanksOp, {
  run(backend, { inputs, attributes }) {
    const { x, gain, shift, storedMean, storedVariance } = inputs;
    const { groups, ...sizes } = sizesOf(x.shape, attributes, storedMean?.shape[0]);
    const { features } = sizes;
    const y = backend.allocate(x.shape);
    const mean = backend.allocate([groups, features]);
    const variance = backend.allocate([groups, features]);
    const rows = backend.allocate([groups]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const { sums, values } = sumsIn(backend, 2 * groups * features + groups);
    const shared = backend.offsets({ x, lengths, mean, variance, sums });
    backend.pool.run('momentSums', { ...sizes, ...shared });
    attributes.ranks.sum(values);
    backend.pool.run('standardizeBySums', {
      ...{ ...sizes, ...shared },
      ...backend.offsets({ gain, shift, storedMean, storedVariance, y, rows }),
    });
    free(backend, lengths, sums);
    return { y, mean, variance, rows };
  },
  saves: ['x', 'gain', 'storedMean', 'storedVariance', 'mean', 'variance', 'rows'],
  gradient(backend, { dys: { y: dy }, saved, attributes, given }) {
    const { x, gain, storedMean, storedVariance, mean, variance, rows } = saved;
    const { groups, ...sizes } = sizesOf(x.shape, attributes, storedMean?.shape[0]);
    const { features } = sizes;
    const dx = backend.allocate(x.shape);
    const dGain = backend.allocate([features]);
    const dShift = given.shift ? backend.allocate([features]) : undefined;
    const room = backend.allocate([2, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const { sums, values } = sumsIn(backend, 2 * groups * features);
    const shared = {
      ...sizes,
      ...backend.offsets({ x, dy, lengths, storedMean, storedVariance, mean, variance, rows }),
      ...backend.offsets({ sums, room }),
    };
    backend.pool.run('gradientSums', { ...shared, ...backend.offsets({ dGain, dShift }) });
    attributes.ranks.sum(values);
    backend.pool.run('gradientBySums', { ...shared, ...backend.offsets({ gain, dx }) });
    free(backend, lengths, sums, room);
    return { x: dx, gain: dGain, shift: dShift };
  },
});

/** The scalars that all its programs share, and the groups that have moments of their own. */
function sizesOf(
  shape: [number, number, number],
  attributes: OpAttributes<typeof batchNormalizeOverRanksOp>,
  storedRows = 0,
) {
  const sizes = domain({ shape }, attributes);
  return { ...sizes, storedRows, groups: sizes.sequence ? 1 : sizes.time };
}
