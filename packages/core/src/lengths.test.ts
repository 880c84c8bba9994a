import { describe, expect, test } from 'vitest';
import { ShapeError, UsageError } from './errors';
import {
  countRealSteps,
  expectLengths,
  lengthsAtStep,
  longestRow,
  paddedLengths,
  rowsOfEachStep,
} from './lengths';

const sizes = { time: 5, batch: 3 };
const ragged = { time: 5, each: Int32Array.of(5, 0, 2) };

describe('expectLengths', () => {
  test('takes plain numbers and what was checked before', () => {
    expect(expectLengths('scan', [5, 0, 2], sizes)).toEqual(ragged);
    expect(expectLengths('scan', Float32Array.of(5, 0, 2), sizes)).toEqual(ragged);
    expect(expectLengths('scan', ragged, sizes)).toBe(ragged);
  });

  test.each([
    [[5, 6, 2], 'lengths[1] is 6'],
    [[5, -1, 2], 'lengths[1] is -1'],
    [[5, 2.5, 2], 'lengths[1] is 2.5'],
    [[5, NaN, 2], 'lengths[1] is NaN'],
  ])('refuses %j', (lengths, named) => {
    const refused = () => expectLengths('scan', lengths, sizes);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(`scan: ${named}, expected a whole number of real steps, 0 to 5.`);
  });

  test('refuses another number of rows or steps', () => {
    const few = () => expectLengths('scan', [5, 2], sizes);
    expect(few).toThrow(ShapeError);
    expect(few).toThrow('scan: lengths has 2 numbers, expected one for each row: batch=3.');
    const longer = () => expectLengths('scan', { ...ragged, time: 6 }, sizes);
    expect(longer).toThrow(ShapeError);
    expect(longer).toThrow('scan: lengths are of 3 rows and 6 steps, expected [time=5, batch=3].');
  });
});

test('paddedLengths is undefined where every step is real', () => {
  expect(paddedLengths('scan', undefined, sizes)).toBeUndefined();
  expect(paddedLengths('scan', [5, 5, 5], sizes)).toBeUndefined();
  expect(paddedLengths('scan', [5, 4, 5], sizes)).toEqual({
    time: 5,
    each: Int32Array.of(5, 4, 5),
  });
  expect(() => paddedLengths('scan', [5], sizes)).toThrow(ShapeError);
});

test('counts', () => {
  expect([...rowsOfEachStep(sizes, ragged)]).toEqual([2, 2, 1, 1, 1]);
  expect([...rowsOfEachStep(sizes)]).toEqual([3, 3, 3, 3, 3]);
  expect(countRealSteps(sizes, ragged)).toBe(7);
  expect(countRealSteps(sizes)).toBe(15);
  expect(longestRow(ragged)).toBe(5);
  expect(longestRow({ time: 5, each: Int32Array.of(0, 3) })).toBe(3);
});

test('one step as a batch of its own', () => {
  expect(lengthsAtStep(ragged, 0)).toEqual({ time: 1, each: Int32Array.of(1, 0, 1) });
  expect(lengthsAtStep(ragged, 2)).toEqual({ time: 1, each: Int32Array.of(1, 0, 0) });
});
