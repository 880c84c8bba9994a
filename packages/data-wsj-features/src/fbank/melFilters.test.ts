import { describe, expect, it } from 'vitest';
import { melFilters } from './melFilters';

const usual = { bins: 23, sampleRate: 16_000, size: 512, low: 20, high: 8000 };

describe('melFilters', () => {
  it('adds up to 1 between the middles of the first and the last filter', () => {
    const sums = new Float64Array(257);
    for (const { first, weights } of melFilters(usual)) {
      weights.forEach((weight, i) => (sums[first + i] = sums[first + i]! + weight));
    }
    const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);
    const step = (mel(8000) - mel(20)) / 24;
    let checked = 0;
    sums.forEach((sum, i) => {
      const at = (mel((i * 16_000) / 512) - mel(20)) / step;
      if (at < 1 || at > 23) return;
      expect(sum).toBeCloseTo(1, 12);
      checked++;
    });
    expect(checked).toBe(225);
  });

  it('leaves out the point at half the sample rate', () => {
    const { first, weights } = melFilters(usual).at(-1)!;
    expect(first + weights.length).toBe(256);
  });

  it('says which filter has no point', () => {
    expect(() => melFilters({ ...usual, bins: 200 })).toThrow(
      /bins is 200, and filter \d+ \(\d+ to \d+ Hz\) covers no point of the spectrum, which has one every 31.3 Hz/,
    );
  });
});
