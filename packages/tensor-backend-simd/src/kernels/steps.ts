import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdKernel } from './kernel';

/** The L2 norm over a list of gradients, summed in float64. */
export const globalNorm: SimdKernel = {
  name: 'GlobalNorm',
  run(backend, inputs) {
    const sums = backend.allocate([2 * backend.pool.threads]);
    let total = 0;
    for (const given of Object.values(inputs)) {
      const gradient = backend.rows(given)?.values ?? given; // all other rows are 0
      const count = util.sizeFromShape(gradient.shape);
      backend.pool.run('sumOfSquares', { count, ...backend.offsets({ x: gradient, sums }) });
      const { buffer, byteOffset } = backend.view(sums);
      for (const part of new Float64Array(buffer, byteOffset, backend.pool.threads)) total += part;
    }
    backend.disposeData(sums.dataId);
    return backend.makeTensorInfo([], 'float32', Float32Array.of(Math.sqrt(total)));
  },
};

/** variable -= learningRate · scale · gradient, in place; only the rows that a gradient of rows has. */
export const sgdStep: SimdKernel = {
  name: 'SgdStep',
  run(backend, inputs, attributes) {
    const { variable, gradient } = inputs as Record<'variable' | 'gradient', TensorInfo>;
    const { learningRate, scale } = attributes as { learningRate: number; scale: number };
    const rate = learningRate * scale;
    backend.unshare(variable);
    const given = backend.rows(gradient);
    if (given !== undefined) {
      const { ids, values: rows } = given;
      const [count, width] = rows.shape as [number, number];
      backend.pool.run('sgdRows', {
        ...backend.offsets({ variable, ids, rows }),
        rate,
        count,
        width,
      });
      return [];
    }
    const count = util.sizeFromShape(variable.shape);
    backend.pool.run('sgd', { ...backend.offsets({ variable, gradient }), rate, count });
    return [];
  },
};

/** velocity = momentum · velocity - learningRate · scale · gradient; variable += velocity, in place. */
export const momentumStep: SimdKernel = {
  name: 'MomentumStep',
  run(backend, inputs, attributes) {
    const { variable, gradient, velocity } = inputs as Record<
      'variable' | 'gradient' | 'velocity',
      TensorInfo
    >;
    const { learningRate, momentum, scale } = attributes as Record<
      'learningRate' | 'momentum' | 'scale',
      number
    >;
    backend.unshare(variable);
    backend.unshare(velocity);
    backend.pool.run('momentum', {
      ...backend.offsets({ variable, velocity, gradient }),
      rate: learningRate * scale,
      share: momentum,
      count: util.sizeFromShape(variable.shape),
    });
    return [];
  },
};

/** Adam, in place. */
export const adamStep: SimdKernel = {
  name: 'AdamStep',
  run(backend, inputs, attributes) {
    const { variable, gradient, firstMoment, secondMoment } = inputs as Record<
      'variable' | 'gradient' | 'firstMoment' | 'secondMoment',
      TensorInfo
    >;
    const { learningRate, beta1, beta2, epsilon, step, scale } = attributes as Record<
      'learningRate' | 'beta1' | 'beta2' | 'epsilon' | 'step' | 'scale',
      number
    >;
    for (const tensor of [variable, firstMoment, secondMoment]) backend.unshare(tensor);
    backend.pool.run('adam', {
      ...backend.offsets({ variable, first: firstMoment, second: secondMoment, gradient }),
      ...{ scale, beta1, beta2, epsilon },
      rate: learningRate / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
      count: util.sizeFromShape(variable.shape),
    });
    return [];
  },
};
