import { momentsOp, type OpAttributes } from '@bnrnn/tensor-backend';
import { defineProgram, run } from '../gpu/program';
import { declarations, groupNumbers, measure, numbers, opening, rows } from './batchGroups';
import { opKernel, uploadLengths } from './kernel';

const forward = defineProgram({
  name: 'moments',
  params: numbers,
  reads: { x: 'f32', lengths: 'i32' },
  writes: { means: 'f32', variances: 'f32' },
  workgroup: [16, 16],
  declarations,
  main: `${opening}${measure}
  if (!isHere || local.y > 0u) { return; }
  means[stat] = mean;
  variances[stat] = variance;`,
});

const backward = defineProgram({
  name: 'momentsGradient',
  params: numbers,
  reads: { x: 'f32', means: 'f32', dMeans: 'f32', dVariances: 'f32', lengths: 'i32' },
  writes: { dx: 'f32' },
  workgroup: [16, 16],
  declarations,
  main: `${opening}
  if (!isHere) { return; }
  let n = max(count, 1.0);
  for (${rows}) {
    let at = row * p.features + feature;
    dx[at] = 0.0;
    if (isReal(row)) { dx[at] = (dMeans[stat] + 2.0 * dVariances[stat] * (x[at] - means[stat])) / n; }
  }`,
});

function callOf(
  shape: readonly [number, number, number],
  { over }: OpAttributes<typeof momentsOp>,
  hasLengths: boolean,
) {
  const [time, , features] = shape;
  const flags = { hasShift: 0, hasLengths: Number(hasLengths), hasStored: 0 };
  const count = over === 'sequence' ? 1 : time;
  const rule = { epsilon: 0, epsilonRule: 'variance' } as const;
  return {
    count,
    steps: [{ ...groupNumbers(shape, over, rule), ...flags }],
    groups: [Math.ceil(features / 16), count] as const,
  };
}

/** Mean and variance of each feature over the real rows of a step, or of all steps. */
export const moments = opKernel(momentsOp, {
  run(backend, { inputs: { x }, attributes }) {
    const [, , features] = x.shape;
    const lengths = uploadLengths(backend, attributes.lengths);
    const { count, ...call } = callOf(x.shape, attributes, lengths !== undefined);
    const mean = backend.allocate([count, features]);
    const variance = backend.allocate([count, features]);
    run(backend, forward, {
      reads: { x, lengths },
      writes: { means: mean, variances: variance },
      ...call,
    });
    backend.free(lengths);
    return { mean, variance };
  },
  saves: ['x', 'mean'],
  gradient(backend, { dys, saved: { x, mean }, attributes }) {
    const dx = backend.allocate(x.shape);
    const lengths = uploadLengths(backend, attributes.lengths);
    const { steps, groups } = callOf(x.shape, attributes, lengths !== undefined);
    run(backend, backward, {
      reads: { x, means: mean, dMeans: dys.mean, dVariances: dys.variance, lengths },
      writes: { dx },
      ...{ steps, groups },
    });
    backend.free(lengths);
    return { x: dx };
  },
});
