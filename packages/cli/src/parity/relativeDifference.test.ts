import { expect, test } from 'vitest';
import { relativeDifference } from './relativeDifference';

const of = (...values: number[]) => Float32Array.from(values);

test('is the largest difference as a share of the largest value of the first', () => {
  expect(relativeDifference(of(1, -8, 2), of(1, -7, 4))).toBe(2 / 8);
  expect(relativeDifference(of(1, -7, 4), of(1, -8, 2))).toBe(2 / 7);
  expect(relativeDifference(of(3, 5), of(3, 5))).toBe(0);
});

test('zeros are equal to zeros alone', () => {
  expect(relativeDifference(of(0, 0), of(0, -0))).toBe(0);
  expect(relativeDifference(of(0, 0), of(0, 1e-9))).toBe(Infinity);
});

test('what cannot be compared is no number', () => {
  expect(relativeDifference(of(1, NaN), of(1, 1))).toBeNaN();
  expect(relativeDifference(of(1, 1), of(1, Infinity))).toBe(Infinity);
  expect(relativeDifference(of(1, 1), of(1))).toBeNaN();
});
