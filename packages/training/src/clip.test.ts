import { expect, test } from 'vitest';
import { checkClip, isClipped, largestNorm } from './clip';

test('a norm is too large by the norm of one row, as float32', () => {
  expect(largestNorm({ maxNorm: 5, at: 'above' }, 20)).toBe(100);
  expect(largestNorm({ maxNorm: 0.1, at: 'above' }, 3)).toBe(Math.fround(0.1 * 3));
  expect(isClipped(101, { maxNorm: 5, at: 'above' }, 20)).toBe(true);
  expect(isClipped(99, { maxNorm: 5, at: 'above' }, 20)).toBe(false);
});

test('the two rules differ at the threshold only', () => {
  const norm = Math.fround(0.3); // what a device has there: 0.1 · 3 is another float64
  expect(isClipped(norm, { maxNorm: 0.1, at: 'above' }, 3)).toBe(false);
  expect(isClipped(norm, { maxNorm: 0.1, at: 'at or above' }, 3)).toBe(true);
  expect(isClipped(norm * 0.999, { maxNorm: 0.1, at: 'at or above' }, 3)).toBe(false);
});

test('without a threshold nothing is clipped', () => {
  expect(largestNorm(undefined, 20)).toBe(undefined);
  expect(isClipped(1e9, undefined, 20)).toBe(false);
});

test('a threshold that cannot be used is refused', () => {
  expect(() => checkClip('train', { maxNorm: 0, at: 'above' })).toThrow(
    'train: clip.maxNorm is 0, expected a number above 0.',
  );
  expect(() => checkClip('train', { maxNorm: 1, at: 'below' as 'above' })).toThrow('clip.at');
});
