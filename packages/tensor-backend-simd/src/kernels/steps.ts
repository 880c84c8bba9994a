import { adamStepOp, globalNormOp, momentumStepOp, sgdStepOp } from '@bnrnn/tensor-backend';
import { util } from '@tensorflow/tfjs-core';
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

/** variable -= learningRate · scale · gradient, in place; only the rows that a gradient of rows has. */
export const sgdStep = opKernel(sgdStepOp, {
  run(backend, { inputs: { variable, gradient }, attributes: { learningRate, scale } }) {
    const rate = learningRate * scale;
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

/** velocity = momentum · velocity - learningRate · scale · gradient; variable += velocity, in place. */
export const momentumStep = opKernel(momentumStepOp, {
  run(backend, { inputs, attributes: { learningRate, momentum, scale } }) {
    const { variable, gradient, velocity } = inputs;
    backend.unshare(variable);
    backend.unshare(velocity);
    backend.pool.run('momentum', {
      ...backend.offsets({ variable, velocity, gradient }),
      rate: learningRate * scale,
      share: momentum,
      count: util.sizeFromShape(variable.shape),
    });
    return {};
  },
});

/** Adam, in place. */
export const adamStep = opKernel(adamStepOp, {
  run(backend, { inputs, attributes: { learningRate, beta1, beta2, epsilon, step, scale } }) {
    const { variable, gradient, firstMoment: first, secondMoment: second } = inputs;
    for (const tensor of [variable, first, second]) backend.unshare(tensor);
    backend.pool.run('adam', {
      ...backend.offsets({ variable, first, second, gradient }),
      ...{ scale, beta1, beta2, epsilon },
      rate: learningRate / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
      count: util.sizeFromShape(variable.shape),
    });
    return {};
  },
});
