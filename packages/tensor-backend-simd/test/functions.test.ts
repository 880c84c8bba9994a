import { describe, expect, test } from 'vitest';
import { openKernels } from './openKernels';

const { kernels, float32, heap } = openKernels();
const operation = { sigmoid: 0, tanh: 1 };
const exact = {
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

function run(name: keyof typeof operation, xs: readonly number[]): Float32Array {
  const out = heap + 4 * xs.length;
  float32.set(xs, heap / 4);
  kernels.unary(operation[name], heap, out, xs.length);
  return float32.slice(out / 4, out / 4 + xs.length);
}

/** The kernel's exp, through a row of two logits whose larger one is 0. */
function exponential(x: number): number {
  const [logits, maxima, totals] = [heap, heap + 64, heap + 128];
  float32.set([x, 0], logits / 4);
  kernels.tileExponentials(logits, 0, maxima, totals, 1, 2);
  return float32[logits / 4]!;
}

const grid = Array.from({ length: 4001 }, (_, i) => Math.fround((i - 2000) / 100));

describe.each(['sigmoid', 'tanh'] as const)('%s', (name) => {
  test('is within 2e-7 of float64, relatively, from -20 to 20', () => {
    run(name, grid).forEach((y, i) => {
      const wanted = exact[name](grid[i]!);
      expect(Math.abs(y - wanted), `at ${grid[i]}`).toBeLessThanOrEqual(2e-7 * Math.abs(wanted));
    });
  });

  test('keeps NaN, in every lane', () => {
    const y = run(name, [NaN, 0.25, NaN, 0.5, 1, NaN, 3]);
    expect([...y].map(Number.isNaN)).toEqual([true, false, true, false, false, true, false]);
  });

  test('saturates without NaN at the extremes', () => {
    const low = name === 'tanh' ? -1 : 0;
    const y = run(name, [-Infinity, -3e38, -200, 200, 3e38, Infinity]);
    [...y].forEach((value, i) => {
      if (i < 3) expect(Math.abs(value - low)).toBeLessThan(1e-37);
      else expect(value).toBe(1);
    });
  });

  test.each([1, 2, 3, 4, 5, 7])('writes %i numbers and nothing past them', (count) => {
    const out = heap + 400;
    float32.set(grid.slice(1990, 1990 + count), heap / 4);
    float32.fill(77, out / 4, out / 4 + 12);
    kernels.unary(operation[name], heap, out, count);
    expect(float32[out / 4 + count]).toBe(77);
    expect(float32[out / 4 + count - 1]).toBeCloseTo(exact[name](grid[1989 + count]!), 6);
  });
});

test('tanh keeps the digits of tiny numbers and the sign of zero', () => {
  const y = run('tanh', [1e-30, -1e-20, 0, -0]);
  expect([...y]).toEqual([Math.fround(1e-30), Math.fround(-1e-20), 0, -0]);
});

test('exp in a softmax: as exact as its argument, next to nothing below -87, not a number stays one', () => {
  for (let x = -87; x <= 0; x += 0.37) {
    const wanted = Math.exp(Math.fround(x));
    // x·log2(e) is rounded once: half a unit in its last place.
    const bound = (2e-7 + 6e-8 * Math.abs(x)) * wanted;
    expect(Math.abs(exponential(x) - wanted), `at ${x}`).toBeLessThanOrEqual(bound);
  }
  expect(exponential(0)).toBe(1);
  expect(exponential(-1000)).toBeLessThan(2e-38);
  expect(exponential(-Infinity)).toBeLessThan(2e-38);
  expect(exponential(NaN)).toBeNaN();
});
