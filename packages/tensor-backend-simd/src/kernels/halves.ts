import { momentsOp, standardizeOp } from '@bnrnn/tensor-backend';
import { free, opKernel, uploadLengths } from './kernel';
import { standardizationSizes, standardizeBy } from './normalize';

/** The first half of batch normalization: the moments of each step, or of all rows together. */
export const moments = opKernel(momentsOp, {
  run(backend, { inputs: { x }, attributes }) {
    const [time, batch, features] = x.shape;
    const sequence = Number(attributes.over === 'sequence');
    const groups = sequence ? 1 : time;
    const mean = backend.allocate([groups, features]);
    const variance = backend.allocate([groups, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('moments', {
      ...{ time, batch, features, sequence },
      ...backend.offsets({ x, lengths, mean, variance }),
    });
    free(backend, lengths);
    return { mean, variance };
  },
  saves: ['x', 'mean'],
  gradient(backend, { dys, saved: { x, mean }, attributes }) {
    const [time, batch, features] = x.shape;
    const dx = backend.allocate(x.shape);
    const room = backend.allocate([3, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('momentsGradient', {
      ...{ time, batch, features, sequence: Number(attributes.over === 'sequence') },
      ...backend.offsets({ x, lengths, mean, dx, room }),
      ...backend.offsets({ dMean: dys.mean, dVariance: dys.variance }),
    });
    free(backend, lengths, room);
    return { x: dx };
  },
});

/** The second half: standardization by moments that a gradient flows through. */
export const standardize = opKernel(standardizeOp, {
  run: standardizeBy,
  saves: ['x', 'gain', 'mean', 'variance'],
  gradient(backend, { dys: { y: dy }, saved: { x, gain, mean, variance }, attributes, given }) {
    const features = x.shape[2];
    const dx = backend.allocate(x.shape);
    const dGain = backend.allocate([features]);
    const dShift = given.shift ? backend.allocate([features]) : undefined;
    const dMean = backend.allocate(mean.shape);
    const dVariance = backend.allocate(variance.shape);
    const sums = backend.allocate([2, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    backend.pool.run('standardizeGradient', {
      ...standardizationSizes(x, mean.shape[0], attributes),
      ...backend.offsets({ x, dy, gain, mean, variance, dx, dGain, dMean, dVariance, sums }),
      ...backend.offsets({ lengths, dShift }),
    });
    free(backend, sums, lengths);
    return { x: dx, gain: dGain, shift: dShift, mean: dMean, variance: dVariance };
  },
});
