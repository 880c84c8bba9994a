import {
  groupMomentsOp,
  whitenGroupsOp,
  whiteningMatrixOp,
  type OpAttributes,
} from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { groupRoom, matrixRoom } from '../programs/whiten';
import { free, opKernel, uploadLengths } from './kernel';

/** The method's number in `assembly/whitening.ts`. */
const methods = { iterative: 0, cholesky: 1, zca: 2 } as const;

/** What every thread needs beside its results. */
function makeRoom(backend: SharedMemoryBackend, numbers: number): TensorInfo {
  return backend.allocate([backend.pool.threads, numbers]);
}

/** The sizes that programs on groups share. */
function sizes(x: { shape: [number, number, number] }, sets: number, size: number) {
  const [time, batch, features] = x.shape;
  return { time, batch, features, sets, size };
}

/** Mean and covariance within groups of features, over real rows. */
export const groupMoments = opKernel(groupMomentsOp, {
  run(backend, { inputs: { x }, attributes: { over, groupSize, lengths: given } }) {
    const [time, , features] = x.shape;
    const sets = over === 'sequence' ? 1 : time;
    const mean = backend.allocate([sets, features]);
    const covariance = backend.allocate([sets, features / groupSize, groupSize, groupSize]);
    const lengths = uploadLengths(backend, given);
    const room = makeRoom(backend, groupRoom(groupSize));
    backend.pool.run('groupMoments', {
      ...sizes(x, sets, groupSize),
      ...backend.offsets({ x, lengths, mean, covariance, room }),
    });
    free(backend, lengths, room);
    return { mean, covariance };
  },
  saves: ['x', 'mean'],
  gradient(backend, { dys, saved: { x, mean }, attributes: { groupSize, lengths: given } }) {
    const dx = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, given);
    const room = makeRoom(backend, groupRoom(groupSize));
    backend.pool.run('groupMomentsGradient', {
      ...sizes(x, mean.shape[0], groupSize),
      ...backend.offsets({ x, lengths, mean, dx, room }),
      ...backend.offsets({ dMean: dys.mean, dCovariance: dys.covariance }),
    });
    free(backend, lengths, room);
    return { x: dx };
  },
});

/** What both directions of the whitening matrix share. */
function rule(
  { shape }: { shape: [number, number, number, number] },
  { method, iterations, epsilon }: OpAttributes<typeof whiteningMatrixOp>,
) {
  const [sets, groups, size] = shape;
  return { method: methods[method], count: sets * groups, size, iterations, epsilon };
}

/** The whitening matrix of each covariance, by every method. */
export const whiteningMatrix = opKernel(whiteningMatrixOp, {
  run(backend, { inputs: { covariance }, attributes }) {
    const given = rule(covariance, attributes);
    const matrix = backend.allocate(covariance.shape);
    const room = makeRoom(backend, matrixRoom(given.size, given.iterations));
    const offsets = backend.offsets({ covariance, matrix, room });
    backend.pool.run('whiteningMatrix', { ...given, ...offsets });
    free(backend, room);
    return { matrix };
  },
  saves: ['covariance', 'matrix'],
  gradient(backend, { dys: { matrix: dMatrix }, saved: { covariance, matrix }, attributes }) {
    const given = rule(covariance, attributes);
    const dCovariance = backend.allocate(covariance.shape);
    const room = makeRoom(backend, matrixRoom(given.size, given.iterations));
    const offsets = backend.offsets({ covariance, matrix, dMatrix, dCovariance, room });
    backend.pool.run('whiteningMatrixGradient', { ...given, ...offsets });
    free(backend, room);
    return { covariance: dCovariance };
  },
});

/** Each centred group of features by its matrix. */
export const whitenGroups = opKernel(whitenGroupsOp, {
  run(backend, { inputs: { x, mean, matrix, gain, shift }, attributes }) {
    const [sets, , size] = matrix.shape;
    const y = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, attributes.lengths);
    const room = makeRoom(backend, groupRoom(size));
    backend.pool.run('whitenGroups', {
      ...sizes(x, sets, size),
      ...backend.offsets({ x, lengths, mean, matrix, gain, shift, y, room }),
    });
    free(backend, lengths, room);
    return { y };
  },
  saves: ['x', 'mean', 'matrix', 'gain'],
  gradient(backend, { dys: { y: dy }, saved: { x, mean, matrix, gain }, attributes, given }) {
    const [sets, , size] = matrix.shape;
    const dx = backend.allocate(x.shape);
    const dMean = backend.allocate(mean.shape);
    const dMatrix = backend.allocate(matrix.shape);
    const dGain = backend.allocate(gain.shape);
    const dShift = given.shift ? backend.allocate(gain.shape) : undefined;
    const lengths = uploadLengths(backend, attributes.lengths);
    const room = makeRoom(backend, groupRoom(size));
    backend.pool.run('whitenGroupsGradient', {
      ...sizes(x, sets, size),
      ...backend.offsets({ x, dy, lengths, mean, matrix, gain }),
      ...backend.offsets({ dx, dMean, dMatrix, dGain, dShift, room }),
    });
    free(backend, lengths, room);
    return { x: dx, mean: dMean, matrix: dMatrix, gain: dGain, shift: dShift };
  },
});
