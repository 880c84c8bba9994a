import { describe, expect, it } from 'vitest';
import { accumulateCmvn, applyCmvn } from './cmvn';

const first = { rows: 2, columns: 2, data: Float32Array.of(1, -2, 3, 4) };
const second = { rows: 1, columns: 2, data: Float32Array.of(8, 7) };

describe('accumulateCmvn', () => {
  it('gathers sums, count and sums of squares, and leaves what it was given', () => {
    const one = accumulateCmvn(first);
    expect(one).toEqual({ rows: 2, columns: 3, data: Float64Array.of(4, 2, 2, 10, 20, 0) });
    const both = accumulateCmvn(second, one);
    expect(both.data).toEqual(Float64Array.of(12, 9, 3, 74, 69, 0));
    expect(one.data[0]).toBe(4);
  });

  it('refuses statistics of other features', () => {
    expect(() =>
      accumulateCmvn({ rows: 1, columns: 1, data: Float32Array.of(1) }, accumulateCmvn(first)),
    ).toThrow('statistics are [2, 3], expected [2, 2] for 1 columns');
  });
});

describe('applyCmvn', () => {
  // Means 4 and 3; variances 74/3 - 16 = 26/3 and 69/3 - 9 = 14.
  const statistics = accumulateCmvn(second, accumulateCmvn(first));

  it('subtracts means', () => {
    const { data } = applyCmvn(first, statistics);
    [-3, -5, -1, 1].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
    expect(first.data[0]).toBe(1);
  });

  it('divides by standard deviations', () => {
    const { data } = applyCmvn(first, statistics, 'means and variances');
    const deviations = [Math.sqrt(26 / 3), Math.sqrt(14)];
    [-3, -5, -1, 1].forEach((value, i) =>
      expect(data[i]).toBeCloseTo(value / deviations[i % 2]!, 6),
    );
  });

  it('floors the variance of a constant at 1e-20', () => {
    const constant = { rows: 2, columns: 1, data: Float32Array.of(3, 3) };
    const other = { rows: 1, columns: 1, data: Float32Array.of(3.5) };
    const { data } = applyCmvn(other, accumulateCmvn(constant), 'means and variances');
    // 0.5 · 1e10, of the difference of two numbers of 3e10 in float32.
    expect(data[0]! / 5e9).toBeCloseTo(1, 2);
  });

  it('takes statistics without squares for means alone', () => {
    const means = { rows: 1, columns: 3, data: Float64Array.of(4, 2, 2) };
    expect([...applyCmvn(second, means).data]).toEqual([6, 6]);
    expect(() => applyCmvn(second, means, 'means and variances')).toThrow(
      'applyCmvn: the statistics are [1, 3], expected [2, 3] for 2 columns.',
    );
  });

  it.each([
    [{ rows: 2, columns: 2, data: new Float64Array(4) }, 'are [2, 2], expected [2, 3]'],
    [{ rows: 2, columns: 3, data: Float64Array.of(0, 0, 0, 0, 0, 0) }, 'are of 0 frames'],
    [
      { rows: 2, columns: 3, data: Float64Array.of(NaN, 0, 5, 0, 0, 0) },
      'hold values that are not',
    ],
  ])('refuses statistics that cannot be used: %#', (bad, message) => {
    expect(() => applyCmvn(first, bad)).toThrow(message);
  });
});
