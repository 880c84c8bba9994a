import { dropoutOp, type OpAttributes } from '@bnrnn/tensor-backend';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, element, linear, run } from '../gpu/program';
import { opKernel } from './kernel';

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/** The 20 rounds of Threefry-2x32, written out. */
const rounds = Array.from({ length: 5 }, (_, part) => {
  const turns = [0, 1, 2, 3].map((k) => {
    const bits = rotations[(part % 2) * 4 + k] as number;
    return `x0 += x1; x1 = ((x1 << ${bits}u) | (x1 >> ${32 - bits}u)) ^ x0;`;
  });
  return `${turns.join(' ')}
  x0 += keys[${(part + 1) % 3}]; x1 += keys[${(part + 2) % 3}] + ${part + 1}u;`;
}).join('\n  ');

/** Element i is element `first + (i / width) · stride + i % width` of the whole batch, whose masks are the same on all ranks. */
const program = defineProgram({
  name: 'dropout',
  params: {
    count: 'u32',
    width: 'u32',
    stride: 'u32',
    first: 'u32',
    key0: 'u32',
    key1: 'u32',
    step: 'u32',
    threshold: 'u32',
    kept: 'f32',
  },
  reads: { x: 'f32' },
  writes: { y: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i >= p.count) { return; }
  let place = p.first + i / p.width * p.stride + i % p.width;
  let keys = array<u32, 3>(p.key0, p.key1, p.key0 ^ p.key1 ^ 0x1bd11bdau);
  var x0 = place / 2u + keys[0];
  var x1 = p.step + keys[1];
  ${rounds}
  let word = select(x0, x1, place % 2u == 1u);
  y[i] = select(x[i] * p.kept, 0.0, word < p.threshold);`,
});

/** Multiplies by the mask of (key, step), which is never stored: the gradient makes it again. */
function applyMask(
  backend: GpuBackend,
  x: TensorInfo,
  { rate, key, step, part }: OpAttributes<typeof dropoutOp>,
): TensorInfo {
  const y = backend.allocate(x.shape);
  const count = util.sizeFromShape(x.shape);
  const threshold = Math.min(Math.round(rate * 4_294_967_296), 4_294_967_295);
  run(backend, program, {
    reads: { x },
    writes: { y },
    steps: [
      {
        ...{ count, ...runsOf(x, part), key0: key[0], key1: key[1], step },
        ...{ threshold, kept: 1 / (1 - rate) },
      },
    ],
    groups: linear(count),
  });
  return y;
}

/** Runs of elements that follow each other in the whole batch: one for each time step of a part of its columns. */
function runsOf({ shape }: TensorInfo, part: OpAttributes<typeof dropoutOp>['part']) {
  if (part === undefined) {
    const width = util.sizeFromShape(shape);
    return { width, stride: width, first: 0 };
  }
  const [, batch = 1, features = 1] = shape;
  return {
    width: batch * features,
    stride: part.batch * features,
    first: part.first * features,
  };
}

export const dropout = opKernel(dropoutOp, {
  run: (backend, { inputs, attributes }) => ({ y: applyMask(backend, inputs.x, attributes) }),
  gradient: (backend, { dys, attributes }) => ({ x: applyMask(backend, dys.y, attributes) }),
});
