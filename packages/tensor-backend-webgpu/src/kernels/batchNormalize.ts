import { batchNormalizeOp } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { copyNumbers } from '../gpu/copies';
import { defineProgram, run } from '../gpu/program';
import { declarations, groupNumbers, measure, numbers, opening, rows } from './batchGroups';
import { opKernel, uploadLengths } from './kernel';
import { sumRows } from './sumRows';

const forward = defineProgram({
  name: 'batchNormalize',
  params: numbers,
  reads: {
    x: 'f32',
    gain: 'f32',
    shift: 'f32',
    storedMean: 'f32',
    storedVariance: 'f32',
    lengths: 'i32',
  },
  // Mean and variance side by side: no more than eight buffers may be bound.
  writes: { y: 'f32', moments: 'f32' },
  workgroup: [16, 16],
  declarations,
  main: `${opening}${measure}  if (!isHere) { return; }
  if (local.y == 0u) {
    moments[stat] = mean;
    moments[groups.y * p.features + stat] = variance;
  }
  if (isFew) { mean = storedMean[stat]; variance = storedVariance[stat]; }
  let slope = gain[feature] / divisor(variance);
  var offset = 0.0;
  if (p.hasShift == 1u) { offset = shift[feature]; }
  for (${rows}) {
    let at = row * p.features + feature;
    if (isReal(row)) { y[at] = (x[at] - mean) * slope + offset; } else { y[at] = 0.0; }
  }`,
});

const backward = defineProgram({
  name: 'batchNormalizeGradient',
  params: numbers,
  reads: { x: 'f32', dy: 'f32', gain: 'f32', used: 'f32', lengths: 'i32' },
  writes: { dx: 'f32', dGains: 'f32', dShifts: 'f32' },
  workgroup: [16, 16],
  declarations,
  main: `${opening}
  var mean = 0.0;
  var variance = 1.0;
  if (isHere) { mean = used[stat]; variance = used[groups.y * p.features + stat]; }
  var sum = 0.0;
  var product = 0.0;
  for (${rows}) {
    if (isHere && isReal(row)) {
      let at = row * p.features + feature;
      sum += dy[at];
      product += dy[at] * (x[at] - mean);
    }
  }
  let sums = total(sum, local);
  let products = total(product, local);
  if (!isHere) { return; }
  let s = divisor(variance);
  if (local.y == 0u) { dGains[stat] = products / s; dShifts[stat] = sums; }
  let n = max(count, 1.0);
  var back = sums / n;
  var along = products / n / (s * sqrt(variance + p.epsilon));
  // Stored statistics are constants: nothing flows through them.
  if (isFew) { back = 0.0; along = 0.0; }
  let slope = gain[feature] / s;
  for (${rows}) {
    let at = row * p.features + feature;
    if (isReal(row)) { dx[at] = (dy[at] - back - (x[at] - mean) * along) * slope; } else { dx[at] = 0.0; }
  }`,
});

/** The statistics that each group was standardized by, from its own moments or, where its rows are few, the stored ones. */
const choose = defineProgram({
  name: 'usedMoments',
  params: { groupCount: 'u32', features: 'u32', batch: 'u32', hasStored: 'u32' },
  reads: { moments: 'f32', storedMean: 'f32', storedVariance: 'f32', lengths: 'i32' },
  writes: { used: 'f32' },
  workgroup: [256],
  main: `
  let i = group.x * 256u + lane;
  let size = p.groupCount * p.features;
  if (i >= size) { return; }
  var mean = moments[i];
  var variance = moments[size + i];
  if (p.hasStored == 1u) {
    var real = 0u;
    for (var row = 0u; row < p.batch; row++) { real += select(0u, 1u, i32(i / p.features) < lengths[row]); }
    if (real < 2u) { mean = storedMean[i]; variance = storedVariance[i]; }
  }
  used[i] = mean;
  used[size + i] = variance;`,
});

/** Batch normalization, frame- or sequence-wise: moments and standardization of a group in one dispatch. */
export const batchNormalize = opKernel(batchNormalizeOp, {
  run(backend, { inputs, attributes }) {
    const { x, gain, shift, storedMean, storedVariance } = inputs;
    const [time, batch, features] = x.shape;
    const count = attributes.over === 'sequence' ? 1 : time;
    const y = backend.allocate(x.shape);
    const moments = backend.allocate([2, count, features]);
    const mean = backend.allocate([count, features]);
    const variance = backend.allocate([count, features]);
    const lengths =
      uploadLengths(backend, attributes.lengths) ??
      (storedMean && backend.makeTensorInfo([batch], 'int32', new Int32Array(batch).fill(time)));
    const hasStored = Number(storedMean !== undefined);
    run(backend, forward, {
      reads: { x, gain, shift, storedMean, storedVariance, lengths },
      writes: { y, moments },
      steps: [
        {
          ...groupNumbers(x.shape, attributes.over, attributes),
          hasShift: Number(shift !== undefined),
          hasLengths: Number(lengths !== undefined),
          hasStored,
        },
      ],
      groups: [Math.ceil(features / 16), count],
    });
    const size = count * features;
    copyNumbers(backend, moments, 0, mean, 0);
    copyNumbers(backend, moments, size, variance, 0);
    let used = moments;
    if (storedMean !== undefined) {
      used = backend.allocate([2, count, features]);
      run(backend, choose, {
        reads: { moments, storedMean, storedVariance, lengths },
        writes: { used },
        steps: [{ groupCount: count, features, batch, hasStored }],
        groups: [Math.ceil(size / 256)],
      });
      backend.free(moments);
    }
    backend.free(lengths);
    backend.keepResiduals(y, [used]);
    return { y, mean, variance };
  },
  saves: ['x', 'gain', 'y'],
  gradient(backend, { dys, saved: { x, gain, y }, attributes, given }) {
    const [time, , features] = x.shape;
    const [used] = backend.takeResiduals(y) as [TensorInfo];
    const count = attributes.over === 'sequence' ? 1 : time;
    const dx = backend.allocate(x.shape);
    const dGains = backend.allocate([count, features]);
    const dShifts = backend.allocate([count, features]);
    const lengths = uploadLengths(backend, attributes.lengths);
    run(backend, backward, {
      reads: { x, dy: dys.y, gain, used, lengths },
      writes: { dx, dGains, dShifts },
      steps: [
        {
          ...groupNumbers(x.shape, attributes.over, attributes),
          hasShift: 0,
          hasLengths: Number(lengths !== undefined),
          hasStored: Number(given.storedMean),
        },
      ],
      groups: [Math.ceil(features / 16), count],
    });
    const dGain = sumRows(backend, dGains, count, features);
    const dShift = given.shift ? sumRows(backend, dShifts, count, features) : undefined;
    backend.free(lengths, used, dGains, dShifts);
    return { x: dx, gain: dGain, shift: dShift };
  },
});
