import { readFileSync } from 'node:fs';
import { randomStream } from '@bnrnn/core';
import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../src/statistics/bootstrapInterval';
import { holm } from '../src/statistics/holm';
import { meanInterval } from '../src/statistics/meanInterval';
import { deviationOf, meanOf } from '../src/statistics/moments';
import { normalCdf, normalQuantile } from '../src/statistics/normal';
import { pairsNeeded } from '../src/statistics/pairsNeeded';
import { signFlipTest } from '../src/statistics/signFlipTest';
import { studentCdf, studentQuantile } from '../src/statistics/studentT';

interface Golden {
  normal: { points: number[]; cdf: number[]; levels: number[]; quantiles: number[] };
  student: { freedom: number; cdf: number[]; quantiles: number[] }[];
  samples: {
    values: number[];
    interval: [number, number];
    bca: [number, number] | null;
    signFlip: number;
  }[];
  holm: { p: number[]; adjusted: number[] };
}

const golden = JSON.parse(
  readFileSync(new URL('./golden/statistics.json', import.meta.url), 'utf8'),
) as Golden;

describe('against SciPy (tools/golden/make_statistics_golden.py)', () => {
  test('the normal distribution and its inverse', () => {
    const { points, cdf, levels, quantiles } = golden.normal;
    points.forEach((x, i) => expect(normalCdf(x)).toBeCloseTo(cdf[i] as number, 13));
    levels.forEach((p, i) => expect(normalQuantile(p)).toBeCloseTo(quantiles[i] as number, 8));
  });

  test.each(golden.student)('Student with $freedom degrees of freedom', (student) => {
    const { points, levels } = golden.normal;
    points.forEach((x, i) =>
      expect(studentCdf(x, student.freedom)).toBeCloseTo(student.cdf[i] as number, 13),
    );
    levels.forEach((p, i) => {
      const expected = student.quantiles[i] as number;
      const found = studentQuantile(p, student.freedom);
      expect(Math.abs(found - expected)).toBeLessThan(1e-7 * Math.max(1, Math.abs(expected)));
    });
  });

  test.each(golden.samples)('interval and sign flips of $values.length values', (sample) => {
    const { values, interval, bca, signFlip } = sample;
    const [low, high] = meanInterval(values);
    expect(low).toBeCloseTo(interval[0], 9);
    expect(high).toBeCloseTo(interval[1], 9);
    expect(signFlipTest(values)).toBeCloseTo(signFlip, 12);
    if (bca === null) return;
    // Two samples of resamples: their ends differ by some hundredths of the standard error.
    const near = (0.1 * deviationOf(values)) / Math.sqrt(values.length);
    const found = bootstrapInterval(values, { resamples: 40_000 });
    expect(Math.abs(found[0] - bca[0])).toBeLessThan(near);
    expect(Math.abs(found[1] - bca[1])).toBeLessThan(near);
  });

  test("Holm's adjusted p values", () => {
    holm(golden.holm.p).forEach((p, i) =>
      expect(p).toBeCloseTo(golden.holm.adjusted[i] as number, 12),
    );
  });
});

test('sign flips beyond 20 values are drawn: near the normal approximation', () => {
  const values = Array.from(randomStream('test', 3).normal(40, 0.15, 1));
  const z = values.reduce((a, b) => a + b, 0) / Math.hypot(...values);
  expect(Math.abs(signFlipTest(values) - (1 - normalCdf(z)))).toBeLessThan(0.01);
  expect(signFlipTest(values)).toBe(signFlipTest(values));
});

test('a sign-flip p of equal values counts ties', () => {
  expect(signFlipTest([1, 1, 1])).toBe(1 / 8);
  expect(signFlipTest([0, 0])).toBe(1);
  expect(signFlipTest([0.1, 0.2, -0.3])).toBeCloseTo(5 / 8, 12);
});

describe('pairsNeeded', () => {
  const rule = { alpha: 0.05, fewest: 6 };
  test('a clear difference needs the fewest that may decide', () => {
    expect(pairsNeeded({ mean: 1, deviation: 0.1 }, rule)).toBe(6);
    expect(pairsNeeded({ mean: 1, deviation: 0.1 }, { ...rule, alpha: 0.001 })).toBe(10);
  });
  test('a weak one needs what has that power in simulated experiments', () => {
    const n = pairsNeeded({ mean: 0.5, deviation: 1 }, rule) as number;
    const experiments = 400;
    let found = 0;
    for (let i = 0; i < experiments; i++) {
      const values = Array.from(randomStream('power', i).normal(n, 0.5, 1));
      const t = (meanOf(values) * Math.sqrt(n)) / deviationOf(values);
      if (1 - studentCdf(t, n - 1) <= 0.05) found += 1;
    }
    expect(found / experiments).toBeGreaterThan(0.74);
    expect(found / experiments).toBeLessThan(0.86);
  });
  test('no difference needs more than anybody runs', () => {
    expect(pairsNeeded({ mean: 1e-4, deviation: 1 }, rule)).toBeNull();
  });
});
