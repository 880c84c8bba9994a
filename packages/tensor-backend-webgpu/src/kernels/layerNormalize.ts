import { layerNormalizeOp } from '@bnrnn/tensor-backend';
import { util } from '@tensorflow/tfjs-core';
import { defineProgram, linear, run } from '../gpu/program';
import { opKernel, uploadLengths } from './kernel';
import { sumRows } from './sumRows';

const numbers = {
  /** Rows of x times groups. */
  blocks: 'u32',
  groupCount: 'u32',
  features: 'u32',
  batch: 'u32',
  epsilon: 'f32',
  hasShift: 'u32',
  hasLengths: 'u32',
  hasCenter: 'u32',
} as const;

/** A workgroup standardizes one group of one row; its 64 invocations share the features. */
const declarations = `fn isPadded(row: u32) -> bool {
  return p.hasLengths == 1u && i32(row / p.batch) >= lengths[row % p.batch];
}`;

const opening = `
  let block = group.y * groups.x + group.x;
  if (block >= p.blocks) { return; }
  let row = block / p.groupCount;
  let size = p.features / p.groupCount;
  let feature0 = (block % p.groupCount) * size;
  let start = row * p.features + feature0;
  let n = f32(size);
  let padded = isPadded(row);
  var sum = 0.0;
  for (var k = lane; k < size; k += 64u) { sum += x[start + k]; }
  let mean = f32(p.hasCenter) * total(sum) / n;
  sum = 0.0;
  for (var k = lane; k < size; k += 64u) {
    let centered = x[start + k] - mean;
    sum += centered * centered;
  }
  let s = sqrt(total(sum) / n + p.epsilon);`;

const forward = defineProgram({
  name: 'layerNormalize',
  params: numbers,
  reads: { x: 'f32', gain: 'f32', shift: 'f32', lengths: 'i32' },
  writes: { y: 'f32' },
  workgroup: [64],
  folds: true,
  declarations,
  main: `${opening}
  for (var k = lane; k < size; k += 64u) {
    var value = (x[start + k] - mean) / s * gain[feature0 + k];
    if (p.hasShift == 1u) { value += shift[feature0 + k]; }
    if (padded) { value = 0.0; }
    y[start + k] = value;
  }`,
});

const backward = defineProgram({
  name: 'layerNormalizeGradient',
  params: numbers,
  reads: { x: 'f32', dy: 'f32', gain: 'f32', lengths: 'i32' },
  // Each row's part of the gradients of gain and shift; they are summed over the rows afterwards.
  writes: { dx: 'f32', dGains: 'f32', dShifts: 'f32' },
  workgroup: [64],
  folds: true,
  declarations,
  main: `${opening}
  sum = 0.0;
  var product = 0.0;
  for (var k = lane; k < size; k += 64u) {
    let g = dy[start + k] * gain[feature0 + k];
    sum += g;
    product += g * (x[start + k] - mean) / s;
  }
  let back = f32(p.hasCenter) * total(sum) / n;
  let along = total(product) / n;
  for (var k = lane; k < size; k += 64u) {
    let standard = (x[start + k] - mean) / s;
    let g = dy[start + k] * gain[feature0 + k];
    var slope = (g - back - standard * along) / s;
    var dGain = dy[start + k] * standard;
    var dShift = dy[start + k];
    if (padded) { slope = 0.0; dGain = 0.0; dShift = 0.0; }
    dx[start + k] = slope;
    dGains[start + k] = dGain;
    dShifts[start + k] = dShift;
  }`,
});

/** Layer normalization of the last axis, in equal groups: a workgroup a row and group. */
export const layerNormalize = opKernel(layerNormalizeOp, {
  run(backend, { inputs: { x, gain, shift }, attributes }) {
    const { groups, epsilon, center, lengths: real } = attributes;
    const [features] = gain.shape;
    const blocks = (util.sizeFromShape(x.shape) / features) * groups;
    const y = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, real);
    run(backend, forward, {
      reads: { x, gain, shift, lengths },
      writes: { y },
      steps: [
        {
          ...{ blocks, groupCount: groups, features, batch: x.shape.at(-2) ?? 1, epsilon },
          hasShift: Number(shift !== undefined),
          hasLengths: Number(lengths !== undefined),
          hasCenter: Number(center),
        },
      ],
      groups: linear(blocks * 256),
    });
    backend.free(lengths);
    return { y };
  },
  saves: ['x', 'gain'],
  gradient(backend, { dys, saved: { x, gain }, attributes, given }) {
    const { groups, epsilon, center, lengths: real } = attributes;
    const [features] = gain.shape;
    const rows = util.sizeFromShape(x.shape) / features;
    const blocks = rows * groups;
    const dx = backend.allocate(x.shape);
    const dGains = backend.allocate([rows, features]);
    const dShifts = backend.allocate([rows, features]);
    const lengths = uploadLengths(backend, real);
    run(backend, backward, {
      reads: { x, dy: dys.y, gain, lengths },
      writes: { dx, dGains, dShifts },
      steps: [
        {
          ...{ blocks, groupCount: groups, features, batch: x.shape.at(-2) ?? 1, epsilon },
          hasShift: 0,
          hasLengths: Number(lengths !== undefined),
          hasCenter: Number(center),
        },
      ],
      groups: linear(blocks * 256),
    });
    const dGain = sumRows(backend, dGains, rows, features);
    const dShift = given.shift ? sumRows(backend, dShifts, rows, features) : undefined;
    backend.free(lengths, dGains, dShifts);
    return { x: dx, gain: dGain, shift: dShift };
  },
});
