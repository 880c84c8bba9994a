import {
  adamStepOp,
  clipFactorOp,
  globalNormOp,
  momentumStepOp,
  sgdStepOp,
  smallestClip,
} from '@bnrnn/tensor-backend';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { listKernel, opKernel } from './kernel';

/** The L2 norm over a list of gradients, summed in float64. */
export const globalNorm = listKernel(globalNormOp, (backend, gradients) => {
  const sums = backend.allocate([2 * backend.pool.threads]);
  let total = 0;
  for (const given of gradients) {
    const gradient = backend.rows(given)?.values ?? given; // all other rows are 0
    const count = util.sizeFromShape(gradient.shape);
    backend.pool.run('sumOfSquares', { count, ...backend.offsets({ x: gradient, sums }) });
    const { buffer, byteOffset } = backend.view(sums);
    for (const part of new Float64Array(buffer, byteOffset, backend.pool.threads)) total += part;
  }
  backend.disposeData(sums.dataId);
  return backend.makeTensorInfo([], 'float32', Float32Array.of(Math.sqrt(total)));
});

/** The factor of a step's gradients, 0 where nothing may change; on this thread, where the numbers lie already. */
export const clipFactor = opKernel(clipFactorOp, {
  run(backend, { inputs: { loss, norm }, attributes: { maxNorm } }) {
    const [lossValue, normValue] = [numberOf(backend, loss), numberOf(backend, norm)];
    const clipped = Math.max(maxNorm / normValue, smallestClip);
    const usable = Number.isFinite(lossValue) && Number.isFinite(normValue);
    const factor = usable ? (normValue > maxNorm ? clipped : 1) : 0;
    return { factor: backend.makeTensorInfo([], 'float32', Float32Array.of(factor)) };
  },
});

/** variable -= learningRate · scale · clip · gradient, in place; only the rows that a gradient of rows has. */
export const sgdStep = opKernel(sgdStepOp, {
  run(backend, { inputs: { variable, gradient, clip }, attributes: { learningRate, scale } }) {
    const factor = numberOf(backend, clip);
    if (factor === 0) return {};
    const rate = learningRate * scale * factor;
    backend.unshare(variable);
    const given = backend.rows(gradient);
    if (given === undefined) {
      const count = util.sizeFromShape(variable.shape);
      backend.pool.run('sgd', { ...backend.offsets({ variable, gradient }), rate, count });
      return {};
    }
    const { ids, values: rows } = given;
    const [count, width] = rows.shape as [number, number];
    backend.pool.run('sgdRows', {
      ...backend.offsets({ variable, ids, rows }),
      ...{ rate, count, width },
    });
    return {};
  },
});

/** velocity = momentum · velocity - learningRate · scale · clip · gradient; variable += velocity, in place. */
export const momentumStep = opKernel(momentumStepOp, {
  run(backend, { inputs, attributes: { learningRate, momentum, scale } }) {
    const { variable, gradient, velocity, clip } = inputs;
    const factor = numberOf(backend, clip);
    if (factor === 0) return {};
    backend.unshare(variable);
    backend.unshare(velocity);
    backend.pool.run('momentum', {
      ...backend.offsets({ variable, velocity, gradient }),
      rate: learningRate * scale * factor,
      share: momentum,
      count: util.sizeFromShape(variable.shape),
    });
    return {};
  },
});

/** Adam, in place. */
export const adamStep = opKernel(adamStepOp, {
  run(backend, { inputs, attributes: { learningRate, beta1, beta2, epsilon, step, scale } }) {
    const { variable, gradient, firstMoment: first, secondMoment: second, clip } = inputs;
    const factor = numberOf(backend, clip);
    if (factor === 0) return {};
    for (const tensor of [variable, first, second]) backend.unshare(tensor);
    backend.pool.run('adam', {
      ...backend.offsets({ variable, first, second, gradient }),
      ...{ scale: scale * factor, beta1, beta2, epsilon },
      rate: learningRate / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
      count: util.sizeFromShape(variable.shape),
    });
    return {};
  },
});

function numberOf(backend: SharedMemoryBackend, scalar: TensorInfo): number {
  return backend.view(scalar)[0] as number;
}
