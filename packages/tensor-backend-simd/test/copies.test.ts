import { startBackend } from '@bnrnn/tensor-backend';
import { filled } from '@bnrnn/test-utils';
import { concat, slice, split, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => startBackend('simd'));

const make = (shape: number[], salt: number): Tensor =>
  tensor(Float32Array.from(filled(shape, salt).data), shape);

/** The number at an index, of a tensor read whole. */
function at(x: Tensor, index: readonly number[]): number | undefined {
  const position = index.reduce((sum, i, axis) => sum * (x.shape[axis] as number) + i, 0);
  return x.dataSync()[position];
}

function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

describe.each([0, 1, 2])('axis %i', (axis) => {
  const shape = (size: number) => [5, 3, 7].map((full, i) => (i === axis ? size : full));

  test('concat lays tensors one behind the other, split takes them apart', () => {
    const parts = [make(shape(2), 1), make(shape(1), 2), make(shape(4), 3)];
    const whole = concat(parts, axis);
    expect(whole.shape).toEqual(shape(7));
    const back = split(whole, [2, 1, 4], axis);
    parts.forEach((part, i) => {
      expect(back[i]?.shape).toEqual(part.shape);
      expect(back[i]?.dataSync()).toEqual(part.dataSync());
    });
    for (const index of indices(parts[1]?.shape ?? [])) {
      const shifted = index.map((i, k) => (k === axis ? i + 2 : i));
      expect(at(whole, shifted)).toBe(at(parts[1] as Tensor, index));
    }
  });

  test('slice takes a range of one axis, of the others whole', () => {
    const x = make(shape(6), 4);
    const begin = [0, 0, 0].map((zero, i) => (i === axis ? 2 : zero));
    const part = slice(x, begin, shape(3));
    expect(part.shape).toEqual(shape(3));
    for (const index of indices(part.shape)) {
      expect(at(part, index)).toBe(
        at(
          x,
          index.map((i, k) => i + (begin[k] as number)),
        ),
      );
    }
  });
});

test('slice cuts two axes, nothing, or down to nothing', () => {
  const x = make([4, 5], 5);
  const two = slice(x, [1, 2], [2, 3]);
  expect(at(two, [1, 2])).toBe(at(x, [2, 4]));
  expect(slice(x, [0, 0], [4, 5]).dataSync()).toEqual(x.dataSync());
  expect(slice(x, [0, 3], [4, 0]).shape).toEqual([4, 0]);
  expect(() => slice(x, [0, 3], [4, 3])).toThrow(/slice/i);
});

test('whole numbers and truth values keep their type', () => {
  const ids = concat([tensor([1, 2], [2], 'int32'), tensor([3], [1], 'int32')]);
  expect([ids.dtype, [...ids.dataSync()]]).toEqual(['int32', [1, 2, 3]]);
  const flags = slice(tensor([true, false, true], [3], 'bool'), [1], [2]);
  expect([flags.dtype, [...flags.dataSync()]]).toEqual(['bool', [0, 1]]);
});
