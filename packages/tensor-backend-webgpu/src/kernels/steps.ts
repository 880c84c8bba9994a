import {
  adamStepOp,
  clipFactorOp,
  globalNormOp,
  momentumStepOp,
  sgdStepOp,
  smallestClip,
} from '@bnrnn/tensor-backend';
import { engine, util, Variable, type TensorInfo } from '@tensorflow/tfjs-core';
import { copyNumbers } from '../gpu/copies';
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
  folds: true,
  main: `
  var sum = 0.0;
  for (var i = group.x * 256u + lane; i < p.count; i += groups.x * 256u) { sum += x[i] * x[i]; }
  let whole = total(sum);
  if (lane == 0u) { sums[p.start + group.x] = whole; }`,
});

const root = defineProgram({
  name: 'norm',
  params: { count: 'u32' },
  reads: { sums: 'f32' },
  writes: { norm: 'f32' },
  workgroup: [256],
  folds: true,
  main: `
  var sum = 0.0;
  for (var i = lane; i < p.count; i += 256u) { sum += sums[i]; }
  let whole = total(sum);
  if (lane == 0u) { norm[0] = sqrt(whole); }`,
});

/** Elements up to which gradients are copied together: gains, shifts and biases. */
const small = 8192;

/** The L2 norm over a list of gradients: a dispatch for each large one, one for all small ones, one for the root. */
export const globalNorm = listKernel(globalNormOp, (backend, gradients) => {
  const isSmall = ({ shape }: TensorInfo) => util.sizeFromShape(shape) <= small;
  const few = gradients.filter(isSmall);
  const together = few.length > 1 ? joined(backend, few) : undefined;
  const list = together ? [...gradients.filter((x) => !isSmall(x)), together] : gradients;
  const sums = backend.allocate([parts * list.length]);
  list.forEach((x, k) =>
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
    steps: [{ count: parts * list.length }],
    groups: [1],
  });
  backend.free(sums, together);
  return norm;
});

/** The numbers of several tensors one behind the other. */
function joined(backend: GpuBackend, tensors: readonly TensorInfo[]): TensorInfo {
  const sizes = tensors.map(({ shape }) => util.sizeFromShape(shape));
  const whole = backend.allocate([sizes.reduce((sum, size) => sum + size, 0)]);
  let at = 0;
  tensors.forEach((tensor, k) => {
    copyNumbers(backend, tensor, 0, whole, at);
    at += sizes[k] as number;
  });
  return whole;
}

const largestFloat = 3.4028234663852886e38;

const clipProgram = defineProgram({
  name: 'clipFactor',
  params: { maxNorm: 'f32', smallest: 'f32' },
  reads: { loss: 'f32', norm: 'f32' },
  writes: { factor: 'f32' },
  workgroup: [1],
  // By its bits: a compiler may take every number for a finite one.
  declarations: `fn finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}`,
  main: `
  let clipped = max(p.maxNorm / norm[0], p.smallest);
  let clip = select(1.0, clipped, norm[0] > p.maxNorm);
  factor[0] = select(0.0, clip, finite(loss[0]) && finite(norm[0]));`,
});

/** The factor of a step's gradients, 0 where nothing may change. */
export const clipFactor = opKernel(clipFactorOp, {
  run(backend, { inputs: { loss, norm }, attributes: { maxNorm } }) {
    const factor = backend.allocate([]);
    run(backend, clipProgram, {
      reads: { loss, norm },
      writes: { factor },
      steps: [{ maxNorm: Math.min(maxNorm, largestFloat), smallest: smallestClip }],
      groups: [1],
    });
    return { factor };
  },
});

const sgd = defineProgram({
  name: 'sgd',
  params: { count: 'u32', rate: 'f32' },
  reads: { gradient: 'f32', clip: 'f32' },
  writes: { variable: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count || clip[0] == 0.0) { return; }
  variable[i] -= p.rate * clip[0] * gradient[i];`,
});

const momentum = defineProgram({
  name: 'momentum',
  params: { count: 'u32', rate: 'f32', share: 'f32' },
  reads: { gradient: 'f32', clip: 'f32' },
  writes: { variable: 'f32', velocity: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count || clip[0] == 0.0) { return; }
  let next = p.share * velocity[i] - p.rate * clip[0] * gradient[i];
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
  reads: { gradient: 'f32', clip: 'f32' },
  writes: { variable: 'f32', first: 'f32', second: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count || clip[0] == 0.0) { return; }
  let g = p.scale * clip[0] * gradient[i];
  let m = p.beta1 * first[i] + (1.0 - p.beta1) * g;
  let s = p.beta2 * second[i] + (1.0 - p.beta2) * g * g;
  first[i] = m;
  second[i] = s;
  variable[i] -= p.rate * m / (sqrt(s * p.correction) + p.epsilon);`,
});

/** variable -= learningRate · scale · clip · gradient, in place. */
export const sgdStep = opKernel(sgdStepOp, {
  run(backend, { inputs: { variable, gradient, clip }, attributes: { learningRate, scale } }) {
    unshare(backend, variable);
    const count = util.sizeFromShape(variable.shape);
    run(backend, sgd, {
      reads: { gradient, clip },
      writes: { variable },
      steps: [{ count, rate: learningRate * scale }],
      groups: linear(count),
    });
    return {};
  },
});

/** velocity = momentum · velocity - learningRate · scale · clip · gradient; variable += velocity, in place. */
export const momentumStep = opKernel(momentumStepOp, {
  run(backend, { inputs, attributes }) {
    const { variable, gradient, velocity, clip } = inputs;
    const { learningRate, momentum: share, scale } = attributes;
    unshare(backend, variable, velocity);
    const count = util.sizeFromShape(variable.shape);
    run(backend, momentum, {
      reads: { gradient, clip },
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
    const { variable, gradient, firstMoment: first, secondMoment: second, clip } = inputs;
    const { learningRate, beta1, beta2, epsilon, step, scale } = attributes;
    unshare(backend, variable, first, second);
    const count = util.sizeFromShape(variable.shape);
    run(backend, adam, {
      reads: { gradient, clip },
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
