import { tensor2d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';

import { array64 } from './array64';
import { expectClose } from './expectClose';

test('takes what is within rtol of the largest expected, and refuses what is beyond', () => {
  const expected = array64([2, 2], [0, 1, -8, 2]);
  expectClose(array64([2, 2], [7.9e-5, 1, -8, 2]), expected);
  expect(() => expectClose(array64([2, 2], [8.1e-5, 1, -8, 2]), expected)).toThrow(
    /1 of 4 elements of \[2, 2\].*worst is at \[0, 0\]: 0\.000081, expected 0/,
  );
});

test('names the worst of several elements with its index', () => {
  const actual = array64([2, 3], [1, 2, 3, 4, 5.5, 6.25]);
  expect(() =>
    expectClose(actual, array64([2, 3], [1, 2, 3, 4, 5, 6]), { label: 'seed 3' }),
  ).toThrow(/expectClose \(seed 3\): 2 of 6 .*at \[1, 1\]: 5\.5, expected 5, off by 5\.00e-1/);
});

test('compares shapes first, and bare typed arrays by length', () => {
  expect(() => expectClose(array64([2, 3]), array64([3, 2]))).toThrow(
    /\[2, 3\], expected \[3, 2\]/,
  );
  expect(() => expectClose(new Float32Array(5), array64([3, 2]))).toThrow(/5 values/);
  expectClose(Float32Array.of(1, 2), array64([2, 1], [1, 2]));
});

test('NaN equals only NaN, an infinity only itself', () => {
  expectClose([NaN, Infinity, 1], [NaN, Infinity, 1]);
  expect(() => expectClose([NaN, 2], [1, 2])).toThrow(/at \[0\]: NaN/);
  expect(() => expectClose([1, 2], [NaN, 2])).toThrow(/expected NaN/);
  expect(() => expectClose([-Infinity], [Infinity], { atol: 9 })).toThrow(/-Infinity/);
});

test('an expected tensor of zeros needs an atol', () => {
  expect(() => expectClose([1e-12], [0])).toThrow();
  expectClose([1e-12], [0], { atol: 1e-11 });
});

test('reads tfjs tensors', () => {
  const actual = tensor2d([[1, 2, 3]]);
  expectClose(actual, array64([1, 3], [1, 2, 3]));
  expect(() => expectClose(actual, array64([1, 3], [1, 2, 4]))).toThrow(/at \[0, 2\]/);
  actual.dispose();
});
