import { describe, expect, it } from 'vitest';
import { readSeeds } from './seeds';

describe('readSeeds', () => {
  it.each([
    ['1-3', [1, 2, 3]],
    ['4', [4]],
    ['7-8,1,8', [1, 7, 8]],
    ['0', [0]],
  ])('reads %s', (written, seeds) => {
    expect(readSeeds(written)).toEqual(seeds);
  });

  it.each(['', '3-1', '1,', 'a', '1.5', '-1', '1-5000'])('refuses "%s"', (written) => {
    expect(() => readSeeds(written)).toThrow(`--seeds is "${written}", expected a list`);
  });
});
