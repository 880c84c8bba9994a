import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, filled, toTensor3D } from '@bnrnn/test-utils';
import { sum } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

const shape = [7, 5, 37] as const;
const x = filled([...shape], 11);

beforeAll(async () => {
  await startBackend('simd', { threads: 2 });
});

test.each([
  { axes: [0], keepDims: false, expected: [5, 37] },
  { axes: [0, 1], keepDims: false, expected: [37] },
  { axes: [0, 1], keepDims: true, expected: [1, 1, 37] },
  { axes: [1], keepDims: false, expected: [7, 37] },
  { axes: [0, 1, 2], keepDims: false, expected: [] },
])('the sum over axes $axes, keepDims $keepDims', ({ axes, keepDims, expected }) => {
  const size = expected.reduce((product, n) => product * n, 1);
  const totals = new Float64Array(size);
  const [, batch, columns] = shape;
  x.data.forEach((value, i) => {
    const place = [Math.floor(i / (batch * columns)), Math.floor(i / columns) % batch, i % columns];
    const kept = place.flatMap((n, axis) => (axes.includes(axis) ? [] : [n]));
    const sizes = shape.filter((_, axis) => !axes.includes(axis));
    const at = kept.reduce((flat, n, axis) => flat * (sizes[axis] as number) + n, 0);
    totals[at] = (totals[at] as number) + value;
  });
  const out = sum(toTensor3D(x), axes, keepDims);
  expect(out.shape).toEqual(expected);
  expectClose(out.dataSync(), totals, { rtol: 1e-6 });
});
