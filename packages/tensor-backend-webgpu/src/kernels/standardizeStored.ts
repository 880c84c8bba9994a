import { standardizeStoredOp, type OpAttributes } from '@bnrnn/tensor-backend';
import { defineProgram, element, linear, run } from '../gpu/program';
import { opKernel, uploadLengths } from './kernel';
import { sumRows } from './sumRows';

const numbers = {
  count: 'u32',
  batch: 'u32',
  features: 'u32',
  /** Rows of the statistics: one for each step, or one for all. */
  statisticsRows: 'u32',
  epsilon: 'f32',
  isDouble: 'u32',
  hasShift: 'u32',
  hasLengths: 'u32',
} as const;

const opening = `${element}
  if (i >= p.count) { return; }
  let feature = i % p.features;
  let row = i / p.features;
  let time = row / p.batch;
  let isPadded = p.hasLengths == 1u && i32(time) >= lengths[row % p.batch];
  let stat = min(time, p.statisticsRows - 1u) * p.features + feature;
  var s = sqrt(variance[stat] + p.epsilon);
  if (p.isDouble == 1u) { s += p.epsilon; }`;

const forward = defineProgram({
  name: 'standardizeStored',
  params: numbers,
  reads: { x: 'f32', gain: 'f32', mean: 'f32', variance: 'f32', shift: 'f32', lengths: 'i32' },
  writes: { y: 'f32' },
  workgroup: [256],
  main: `${opening}
  var value = (x[i] - mean[stat]) / s * gain[feature];
  if (p.hasShift == 1u) { value += shift[feature]; }
  y[i] = value;
  if (isPadded) { y[i] = 0.0; }`,
});

const backward = defineProgram({
  name: 'standardizeStoredGradient',
  params: numbers,
  reads: { x: 'f32', dy: 'f32', gain: 'f32', mean: 'f32', variance: 'f32', lengths: 'i32' },
  // The second holds each element's part of the gain's gradient, the shift's where padding is left out.
  writes: { dx: 'f32', parts: 'f32' },
  workgroup: [256],
  main: `${opening}
  dx[i] = dy[i] * gain[feature] / s;
  parts[i] = dy[i] * (x[i] - mean[stat]) / s;
  parts[p.count + i] = dy[i];
  if (isPadded) { dx[i] = 0.0; parts[i] = 0.0; parts[p.count + i] = 0.0; }`,
});

function numbersOf(
  [time, batch, features]: readonly [number, number, number],
  { epsilon, epsilonRule }: OpAttributes<typeof standardizeStoredOp>,
  statisticsRows: number,
) {
  const count = time * batch * features;
  return {
    count,
    batch,
    features,
    statisticsRows,
    epsilon,
    isDouble: Number(epsilonRule === 'double'),
  };
}

/** Standardization by stored statistics of each step. */
export const standardizeStored = opKernel(standardizeStoredOp, {
  run(backend, { inputs: { x, gain, mean, variance, shift }, attributes }) {
    const y = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, attributes.lengths);
    const sizes = numbersOf(x.shape, attributes, mean.shape[0]);
    run(backend, forward, {
      reads: { x, gain, mean, variance, shift, lengths },
      writes: { y },
      steps: [
        {
          ...sizes,
          hasShift: Number(shift !== undefined),
          hasLengths: Number(lengths !== undefined),
        },
      ],
      groups: linear(sizes.count),
    });
    backend.free(lengths);
    return { y };
  },
  saves: ['x', 'gain', 'mean', 'variance'],
  gradient(backend, { dys: { y: dy }, saved: { x, gain, mean, variance }, attributes, given }) {
    const [time, batch, features] = x.shape;
    const rows = time * batch;
    const dx = backend.allocate(x.shape);
    const parts = backend.allocate([2, rows, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const sizes = numbersOf(x.shape, attributes, mean.shape[0]);
    run(backend, backward, {
      reads: { x, dy, gain, mean, variance, lengths },
      writes: { dx, parts },
      steps: [{ ...sizes, hasShift: 0, hasLengths: Number(lengths !== undefined) }],
      groups: linear(sizes.count),
    });
    const dGain = sumRows(backend, parts, rows, features);
    const dShift = given.shift
      ? sumRows(backend, parts, rows, features, { start: sizes.count })
      : undefined;
    backend.free(lengths, parts);
    return { x: dx, gain: dGain, shift: dShift };
  },
});
