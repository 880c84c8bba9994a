import { describe, expect, it } from 'vitest';
import { sampleIndex } from './sampleIndex';

const logits = Float32Array.from([Math.log(1), Math.log(5), Math.log(4)]);

describe('sampleIndex', () => {
  it('follows the cumulative probabilities 0.1, 0.6, 1', () => {
    const draws = [0, 0.099, 0.101, 0.599, 0.601, 0.999];
    expect(draws.map((draw) => sampleIndex(logits, 1, draw))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('squares the odds at temperature 1/2: 1 : 25 : 16', () => {
    const bounds = [1 / 42, 26 / 42];
    expect(bounds.map((bound) => sampleIndex(logits, 0.5, bound - 1e-4))).toEqual([0, 1]);
    expect(bounds.map((bound) => sampleIndex(logits, 0.5, bound + 1e-4))).toEqual([1, 2]);
  });

  it('takes the largest at temperature 0, and survives large logits', () => {
    expect(sampleIndex(logits, 0, 0.999)).toBe(1);
    expect(sampleIndex(Float32Array.from([1000, 3000, -3000]), 1, 0.5)).toBe(1);
  });
});
