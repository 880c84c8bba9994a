import { filled } from '@bnrnn/test-utils';
import { describe, expect, it } from 'vitest';
import { reestimate, type ReestimateInputs } from './reestimate';

const [inputs, features, rows, damping] = [7, 3, 50, 0.01];
const identity = (size: number): number[] =>
  Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0));

type Layer = Pick<ReestimateInputs, 'mean' | 'matrix' | 'weights' | 'bias'>;

/** (x − c)·U·V + d of one row. */
function output({ mean, matrix, weights, bias }: Layer, x: readonly number[]): number[] {
  const white = x.map((_, j) =>
    x.reduce((sum, value, i) => sum + (value - mean[i]!) * matrix[i * inputs + j]!, 0),
  );
  return Array.from(bias, (value, f) =>
    white.reduce((sum, own, i) => sum + own * weights[i * features + f]!, value),
  );
}

/** Correlated rows with a mean far from 0. */
function rowsOf(seed: number): number[][] {
  const { data } = filled([rows, inputs], seed, -1, 1);
  return Array.from({ length: rows }, (_, r) => {
    const own = [...data.slice(r * inputs, (r + 1) * inputs)];
    return own.map((value, i) => 3 + value * 0.2 * (i + 1) + own[0]! * 2);
  });
}

function sums(all: readonly number[][], mean: ArrayLike<number>) {
  const centred = all.map((row) => row.map((value, i) => value - mean[i]!));
  return {
    rows: all.length,
    sum: Array.from({ length: inputs }, (_, i) => centred.reduce((s, row) => s + row[i]!, 0)),
    squares: Array.from({ length: inputs * inputs }, (_, k) =>
      centred.reduce((s, row) => s + row[Math.floor(k / inputs)]! * row[k % inputs]!, 0),
    ),
  };
}

const start: Layer = {
  mean: new Array<number>(inputs).fill(0),
  matrix: identity(inputs),
  weights: [...filled([inputs, features], 3).data],
  bias: [...filled([features], 4).data],
};

describe('reestimate', () => {
  it('keeps the function in float64, estimate after estimate', () => {
    let layer = start;
    for (const seed of [11, 12, 13]) {
      const all = rowsOf(seed);
      layer = reestimate({ ...layer, ...sums(all, layer.mean), damping })!;
      for (const row of [...all, ...rowsOf(99)]) {
        output(layer, row).forEach((value, f) => {
          expect(Math.abs(value - output(start, row)[f]!)).toBeLessThan(1e-12);
        });
      }
    }
  });

  it('whitens the rows that were measured', () => {
    const all = rowsOf(11);
    const tiny = 1e-10;
    const first = reestimate({ ...start, ...sums(all, start.mean), damping: tiny })!;
    const { mean, matrix } = reestimate({ ...first, ...sums(all, first.mean), damping: tiny })!;
    const white = all.map((row) =>
      row.map((_, j) =>
        row.reduce((sum, value, i) => sum + (value - mean[i]!) * matrix[i * inputs + j]!, 0),
      ),
    );
    for (let i = 0; i < inputs; i++) {
      expect(Math.abs(white.reduce((sum, row) => sum + row[i]!, 0))).toBeLessThan(1e-9);
      for (let j = 0; j < inputs; j++) {
        const covariance = white.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / rows;
        expect(Math.abs(covariance - Number(i === j))).toBeLessThan(1e-6);
      }
    }
  });

  it('bounds what it multiplies features by that do not vary', () => {
    const all = rowsOf(11).map((row) => row.map((value, i) => (i === 2 ? 5 : value)));
    const { matrix } = reestimate({ ...start, ...sums(all, start.mean), damping })!;
    expect(matrix[2 * inputs + 2]!).toBeCloseTo(1 / Math.sqrt(damping), 6);
  });

  it('gives nothing where nothing was measured', () => {
    const none = { rows: 0, sum: start.mean, squares: new Array<number>(inputs ** 2).fill(0) };
    expect(reestimate({ ...start, ...none, damping })).toBeUndefined();
  });
});
