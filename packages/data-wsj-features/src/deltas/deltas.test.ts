import { describe, expect, it } from 'vitest';
import { addDeltas } from './deltas';

const values = [3, -1, 4, 1, -5, 9, 2, 6];
const features = {
  rows: values.length,
  columns: 2,
  data: Float32Array.from(values.flatMap((value) => [value, 10 * value])),
};
const clamped = (t: number): number => values[Math.min(Math.max(t, 0), values.length - 1)]!;

describe('addDeltas', () => {
  it('appends the slope over five frames, edges repeated', () => {
    const { rows, columns, data } = addDeltas(features, { order: 1 });
    expect({ rows, columns }).toEqual({ rows: 8, columns: 4 });
    for (let t = 0; t < 8; t++) {
      const slope = (2 * (clamped(t + 2) - clamped(t - 2)) + clamped(t + 1) - clamped(t - 1)) / 10;
      expect(data[4 * t]).toBe(values[t]);
      expect(data[4 * t + 2]).toBeCloseTo(slope, 6);
      expect(data[4 * t + 3]).toBeCloseTo(10 * slope, 5);
    }
  });

  it('takes the second order over nine frames of the values, not over the first order', () => {
    const { columns, data } = addDeltas(features);
    expect(columns).toBe(6);
    // [-2 -1 0 1 2] / 10 convolved with itself.
    const taps = [4, 4, 1, -4, -10, -4, 1, 4, 4];
    for (let t = 0; t < 8; t++) {
      const second = taps.reduce((sum, tap, i) => sum + (tap / 100) * clamped(t + i - 4), 0);
      expect(data[6 * t + 4]).toBeCloseTo(second, 6);
      expect(data[6 * t + 5]).toBeCloseTo(10 * second, 5);
    }
  });

  it('has no derivatives at order 0, takes a single frame, other windows and float64', () => {
    expect(addDeltas(features, { order: 0 }).data).toEqual(features.data);
    const one = addDeltas({ rows: 1, columns: 1, data: Float64Array.of(5) }, { window: 3 });
    expect(one).toMatchObject({ rows: 1, columns: 3 });
    [5, 0, 0].forEach((value, i) => expect(one.data[i]).toBeCloseTo(value, 7));
    const narrow = addDeltas(features, { order: 1, window: 1 });
    expect(narrow.data[4 * 3 + 2]).toBeCloseTo((-5 - 4) / 2, 6);
    expect(() => addDeltas(features, { window: 0 })).toThrow('addDeltas: window is 0');
  });
});
