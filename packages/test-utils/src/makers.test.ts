import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';

import { array64, at, axis, put } from './array64';
import { expectClose } from './expectClose';
import { filled, filledIds } from './filled';
import { fromTensor, toScalar, toTensor2D, toTensor3D } from './tensors';
import { testBackends } from './testBackends';

test('filled values are distinct float32 numbers in range, a function of shape and seed', () => {
  const x = filled([7, 5, 4], 3, -0.5, 2);
  expect(new Set(x.data).size).toBe(140);
  expect(x.data.every((value) => value >= -0.5 && value < 2 && Math.fround(value) === value)).toBe(
    true,
  );
  expectClose(filled([7, 5, 4], 3, -0.5, 2), x, { rtol: 0 });
  for (const other of [filled([7, 5, 4], 4), filled([5, 7, 4], 3)]) {
    expect(other.data.filter((value, i) => value === x.data[i])).toHaveLength(0);
  }
  expect(new Set(filledIds(200, 1, 6))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
});

test('indices are checked, each axis by itself', () => {
  const x = array64([2, 3]);
  put(x, 5, 1, 2);
  expect([...x.data]).toEqual([0, 0, 0, 0, 0, 5]);
  expect(at(x, 1, 2)).toBe(5);
  expect(() => at(x, 0, 3)).toThrow(/is no index of \[2, 3\]/);
  expect(() => at(x, 1)).toThrow(/is no index of \[2, 3\]/);
  expect(() => at(x, 1, 1, 1)).toThrow(/\[1, 1, 1\] is no index/);
  expect(() => axis(x, 2)).toThrow(/no axis 2/);
  expect(() => array64([2], [1, 2, 3])).toThrow(/3 values/);
});

test('tensors hold what the arrays hold', () => {
  const x = filled([2, 3, 4], 1);
  const tensor = toTensor3D(x);
  expectClose(tensor, x, { rtol: 0 });
  expectClose(fromTensor(tensor), x, { rtol: 0 });
  expect(() => toTensor2D(x)).toThrow(/toTensor2D: the array is \[2, 3, 4\]/);
  expect(toScalar(array64([1], [2])).shape).toEqual([]);
  tensor.dispose();
});

test('the backends come from the setting', () => {
  expect(testBackends('')).toEqual(['cpu', 'wasm']);
  expect(testBackends('simd, node')).toEqual(['simd', 'node']);
  expect(() => testBackends('wsam')).toThrow(/BNRNN_TEST_BACKENDS is "wsam"/);
});
