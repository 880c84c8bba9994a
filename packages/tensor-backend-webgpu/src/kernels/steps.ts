import { adamStepOp, globalNormOp, momentumStepOp, sgdStepOp } from '@bnrnn/tensor-backend';
import { engine, util, Variable, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, element, linear, run } from '../gpu/program';
import { copyOf } from './copy';
import { listKernel, opKernel } from './kernel';

/** Workgroups that share one gradient's squares. */
const parts = 64;

const squares = defineProgram({
  name: 'sumOfSquares',
  params: { count: 'u32', start: 'u32' },
  reads: { x: 'f32' },
  writes: { sums: 'f32' },
  workgroup: [256],
  declarations: 'var<workgroup> folded: array<f32, 256>;',
  main: `
  var sum = 0.0;
  for (var i = group.x * 256u + lane; i < p.count; i += groups.x * 256u) { sum += x[i] * x[i]; }
  folded[lane] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (lane < half) { folded[lane] += folded[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { sums[p.start + group.x] = folded[0]; }`,
});

const root = defineProgram({
  name: 'norm',
  params: { count: 'u32' },
  reads: { sums: 'f32' },
  writes: { norm: 'f32' },
  workgroup: [256],
  declarations: 'var<workgroup> folded: array<f32, 256>;',
  main: `
  var sum = 0.0;
  for (var i = lane; i < p.count; i += 256u) { sum += sums[i]; }
  folded[lane] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (lane < half) { folded[lane] += folded[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { norm[0] = sqrt(folded[0]); }`,
});

/** The L2 norm over a list of gradients: a dispatch each, and one for the root. */
export const globalNorm = listKernel(globalNormOp, (backend, gradients) => {
  const sums = backend.allocate([parts * gradients.length]);
  gradients.forEach((x, k) =>
    run(backend, squares, {
      reads: { x },
      writes: { sums },
      steps: [{ count: util.sizeFromShape(x.shape), start: parts * k }],
      groups: [parts],
    }),
  );
  const norm = backend.allocate([]);
  run(backend, root, {
    reads: { sums },
    writes: { norm },
    steps: [{ count: parts * gradients.length }],
    groups: [1],
  });
  backend.free(sums);
  return norm;
});

const sgd = defineProgram({
  name: 'sgd',
  params: { count: 'u32', rate: 'f32' },
  reads: { gradient: 'f32' },
  writes: { variable: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i < p.count) { variable[i] -= p.rate * gradient[i]; }`,
});

const momentum = defineProgram({
  name: 'momentum',
  params: { count: 'u32', rate: 'f32', share: 'f32' },
  reads: { gradient: 'f32' },
  writes: { variable: 'f32', velocity: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  let next = p.share * velocity[i] - p.rate * gradient[i];
  velocity[i] = next;
  variable[i] += next;`,
});

const adam = defineProgram({
  name: 'adam',
  params: {
    count: 'u32',
    scale: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    epsilon: 'f32',
    rate: 'f32',
    correction: 'f32',
  },
  reads: { gradient: 'f32' },
  writes: { variable: 'f32', first: 'f32', second: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  let g = p.scale * gradient[i];
  let m = p.beta1 * first[i] + (1.0 - p.beta1) * g;
  let s = p.beta2 * second[i] + (1.0 - p.beta2) * g * g;
  first[i] = m;
  second[i] = s;
  variable[i] -= p.rate * m / (sqrt(s * p.correction) + p.epsilon);`,
});

/** variable -= learningRate · scale · gradient, in place. */
export const sgdStep = opKernel(sgdStepOp, {
  run(backend, { inputs: { variable, gradient }, attributes: { learningRate, scale } }) {
    unshare(backend, variable);
    const count = util.sizeFromShape(variable.shape);
    run(backend, sgd, {
      reads: { gradient },
      writes: { variable },
      steps: [{ count, rate: learningRate * scale }],
      groups: linear(count),
    });
    return {};
  },
});

/** velocity = momentum · velocity - learningRate · scale · gradient; variable += velocity, in place. */
export const momentumStep = opKernel(momentumStepOp, {
  run(backend, { inputs, attributes }) {
    const { variable, gradient, velocity } = inputs;
    const { learningRate, momentum: share, scale } = attributes;
    unshare(backend, variable, velocity);
    const count = util.sizeFromShape(variable.shape);
    run(backend, momentum, {
      reads: { gradient },
      writes: { variable, velocity },
      steps: [{ count, rate: learningRate * scale, share }],
      groups: linear(count),
    });
    return {};
  },
});

/** Adam, in place. */
export const adamStep = opKernel(adamStepOp, {
  run(backend, { inputs, attributes }) {
    const { variable, gradient, firstMoment: first, secondMoment: second } = inputs;
    const { learningRate, beta1, beta2, epsilon, step, scale } = attributes;
    unshare(backend, variable, first, second);
    const count = util.sizeFromShape(variable.shape);
    run(backend, adam, {
      reads: { gradient },
      writes: { variable, first, second },
      steps: [
        {
          ...{ count, scale, beta1, beta2, epsilon },
          rate: learningRate / (1 - beta1 ** step),
          correction: 1 / (1 - beta2 ** step),
        },
      ],
      groups: linear(count),
    });
    return {};
  },
});

/** Gives a variable whose numbers another tensor shows too numbers of its own. */
function unshare(backend: GpuBackend, ...variables: readonly TensorInfo[]): void {
  for (const x of variables) {
    if (backend.refCount(x.dataId) === 1 || !(x instanceof Variable)) continue;
    const own = engine().makeTensorFromTensorInfo(copyOf(backend, x), backend);
    x.assign(own);
    own.dispose();
  }
}
