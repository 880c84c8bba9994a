import { expect, test } from 'vitest';
import { ShapeError, UsageError } from './errors';
import { expectIndices } from './indices';

test('numbers of rows pass, as a list or a typed array', () => {
  expectIndices('f', 'ids', [0, 4, 4], { size: 5 });
  expectIndices('f', 'ids', Int32Array.of(0, 4), { count: { rows: 2 }, size: 5 });
  expectIndices('f', 'ids', [], { size: 5 });
});

test.each([5, -1, 1.5, Number.NaN, 2 ** 40])('%d is no row of five', (value) => {
  const check = () => expectIndices('f', 'ids', [1, value], { size: 5 });
  expect(check).toThrow(UsageError);
  expect(check).toThrow(`f: ids holds ${value}, expected 0 to 4.`);
});

test('another count is refused by the name of its axis', () => {
  const check = () => expectIndices('f', 'ids', [1, 2], { count: { 'time·batch': 6 }, size: 5 });
  expect(check).toThrow(ShapeError);
  expect(check).toThrow('f: ids is [2], expected [time·batch=6].');
});

test('what lies on a device is refused with what to do', () => {
  const tensor = { shape: [2], dtype: 'int32' };
  const check = () => expectIndices('f', 'ids', tensor as never, { size: 5 });
  expect(check).toThrow('f: ids is an object, expected a list of whole numbers on the CPU.');
  try {
    check();
  } catch (error) {
    expect((error as ShapeError).hint).toBe('Read a tensor first: await tensor.data().');
  }
});
