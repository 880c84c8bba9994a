import {
  standardizeOp,
  standardizeStoredOp,
  type KernelCall,
  type OpAttributes,
} from '@bnrnn/tensor-backend';
import { copyNumbers } from '../gpu/copies';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, element, linear, run } from '../gpu/program';
import {
  declarations,
  groupNumbers,
  numbers as inGroups,
  opening as openGroup,
  rows as everyRow,
} from './batchGroups';
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

type Call = KernelCall<typeof standardizeStoredOp>;

function standardizeForward(
  backend: GpuBackend,
  { inputs: { x, gain, mean, variance, shift }, attributes }: Call,
) {
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
}

/** Standardization by stored statistics of each step. */
export const standardizeStored = opKernel(standardizeStoredOp, {
  run: standardizeForward,
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

/** The gradient where the moments have one too: sums over the rows that share them. */
const backwardOfGroup = defineProgram({
  name: 'standardizeGradient',
  params: inGroups,
  reads: { x: 'f32', dy: 'f32', gain: 'f32', mean: 'f32', variance: 'f32', lengths: 'i32' },
  // The gradients of mean and variance, and each group's part of those of gain and shift.
  writes: { dx: 'f32', sums: 'f32' },
  workgroup: [16, 16],
  declarations,
  main: `${openGroup}
  var sum = 0.0;
  var product = 0.0;
  for (${everyRow}) {
    if (isHere && isReal(row)) {
      let at = row * p.features + feature;
      sum += dy[at];
      product += dy[at] * (x[at] - mean[stat]);
    }
  }
  let whole = total(sum, local);
  let products = total(product, local);
  if (!isHere) { return; }
  let s = divisor(variance[stat]);
  let slope = gain[feature] / s;
  if (local.y == 0u) {
    let size = groups.y * p.features;
    sums[stat] = -slope * whole;
    sums[size + stat] = -slope * products / (2.0 * s * sqrt(variance[stat] + p.epsilon));
    sums[2u * size + stat] = products / s;
    sums[3u * size + stat] = whole;
  }
  for (${everyRow}) {
    let at = row * p.features + feature;
    dx[at] = 0.0;
    if (isReal(row)) { dx[at] = dy[at] * slope; }
  }`,
});

/** Standardization by moments that a gradient flows through. */
export const standardize = opKernel(standardizeOp, {
  run: standardizeForward,
  saves: ['x', 'gain', 'mean', 'variance'],
  gradient(backend, { dys: { y: dy }, saved: { x, gain, mean, variance }, attributes, given }) {
    const [, , features] = x.shape;
    const [count] = mean.shape;
    const dx = backend.allocate(x.shape);
    const sums = backend.allocate([4, count, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    const over = count === 1 ? 'sequence' : 'frame';
    const flags = { hasShift: 0, hasLengths: Number(lengths !== undefined), hasStored: 0 };
    run(backend, backwardOfGroup, {
      reads: { x, dy, gain, mean, variance, lengths },
      writes: { dx, sums },
      steps: [{ ...groupNumbers(x.shape, over, attributes), ...flags }],
      groups: [Math.ceil(features / 16), count],
    });
    const size = count * features;
    const [dMean, dVariance] = [backend.allocate(mean.shape), backend.allocate(mean.shape)];
    copyNumbers(backend, sums, 0, dMean, 0);
    copyNumbers(backend, sums, size, dVariance, 0);
    const dGain = sumRows(backend, sums, count, features, { start: 2 * size });
    const dShift = given.shift
      ? sumRows(backend, sums, count, features, { start: 3 * size })
      : undefined;
    backend.free(lengths, sums);
    return { x: dx, gain: dGain, shift: dShift, mean: dMean, variance: dVariance };
  },
});
