import { expect, test } from 'vitest';
import { checkClip, clipScale } from './clip';

test('a norm above the threshold is brought down to it', () => {
  expect(clipScale(20, { maxNorm: 5, at: 'above' })).toEqual({ scale: 0.25, clipped: true });
  expect(clipScale(4, { maxNorm: 5, at: 'above' })).toEqual({ scale: 1, clipped: false });
});

test('the two rules differ at the threshold only', () => {
  expect(clipScale(5, { maxNorm: 5, at: 'above' })).toEqual({ scale: 1, clipped: false });
  expect(clipScale(5, { maxNorm: 5, at: 'at or above' })).toEqual({ scale: 1, clipped: true });
  expect(clipScale(4.99, { maxNorm: 5, at: 'at or above' }).clipped).toBe(false);
});

test('without a threshold nothing is clipped', () => {
  expect(clipScale(1e9, undefined)).toEqual({ scale: 1, clipped: false });
});

test('a threshold that cannot be used is refused', () => {
  expect(() => checkClip('train', { maxNorm: 0, at: 'above' })).toThrow(
    'train: clip.maxNorm is 0, expected a number above 0.',
  );
  expect(() => checkClip('train', { maxNorm: 1, at: 'below' as 'above' })).toThrow('clip.at');
});
