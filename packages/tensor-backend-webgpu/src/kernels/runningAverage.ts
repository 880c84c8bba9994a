import { runningAverageOp } from '@bnrnn/tensor-backend';
import { defineProgram, run } from '../gpu/program';
import { opKernel } from './kernel';

/** An invocation has a feature of one row; the last row has all steps that are left. */
const program = defineProgram({
  name: 'runningAverage',
  params: { rows: 'u32', steps: 'u32', features: 'u32', share: 'f32' },
  reads: { old: 'f32', values: 'f32', weights: 'f32' },
  writes: { next: 'f32' },
  workgroup: [256],
  main: `
  let feature = group.x * 256u + lane;
  if (feature >= p.features) { return; }
  let row = group.y;
  var end = min(row + 1u, p.steps);
  if (row + 1u == p.rows) { end = p.steps; }
  var total = 0.0;
  for (var step = row; step < end; step++) { total += weights[step]; }
  let at = row * p.features + feature;
  var value = old[at];
  if (total > 0.0) {
    var average = 0.0;
    for (var step = row; step < end; step++) {
      if (weights[step] > 0.0) { average += weights[step] / total * values[step * p.features + feature]; }
    }
    value += (average - value) * p.share;
  }
  next[at] = value;`,
});

/** One update of stored statistics in one dispatch. */
export const runningAverage = opKernel(runningAverageOp, {
  run(backend, { inputs: { old, values }, attributes: { weights, decay } }) {
    const [rows, features] = old.shape;
    const [steps] = values.shape;
    const next = backend.allocate(old.shape);
    const uploaded = backend.makeTensorInfo([steps], 'float32', Float32Array.from(weights));
    run(backend, program, {
      reads: { old, values, weights: uploaded },
      writes: { next },
      steps: [{ rows, steps, features, share: 1 - decay }],
      groups: [Math.ceil(features / 256), rows],
    });
    backend.free(uploaded);
    return { next };
  },
});
