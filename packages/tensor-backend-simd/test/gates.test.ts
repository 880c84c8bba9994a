import { describe, expect, test } from 'vitest';
import { openKernels } from './openKernels';

const { kernels, float32, heap } = openKernels();

/** The activated gates i, f, g, o of one LSTM step of one row, all four from the same sums. */
function activate(sums: readonly number[]): Float32Array[] {
  const units = sums.length;
  const place = (k: number) => heap + k * 4 * 4 * units;
  const [gates, projected, zeros, cell, hidden] = [0, 1, 2, 3, 4].map(place) as [
    number,
    number,
    number,
    number,
    number,
  ];
  float32.fill(0, gates / 4, (gates + 5 * 16 * units) / 4);
  for (let gate = 0; gate < 4; gate++) float32.set(sums, projected / 4 + gate * units);
  kernels.lstmForward(
    projected,
    zeros,
    0,
    0,
    zeros,
    zeros,
    gates,
    cell,
    hidden,
    hidden,
    0,
    0,
    1,
    units,
    0,
    units,
  );
  return [0, 1, 2, 3].map((gate) =>
    float32.slice(gates / 4 + gate * units, gates / 4 + (gate + 1) * units),
  );
}

const grid = Array.from({ length: 4001 }, (_, i) => Math.fround((i - 2000) / 100));

describe('the activations of a cell', () => {
  const [input, forget, candidate, output] = activate(grid) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];

  test('sigmoid is within 1.1e-7 of float64 and never above 1', () => {
    for (const gate of [input, forget, output]) {
      gate.forEach((y, i) => {
        const wanted = 1 / (1 + Math.exp(-grid[i]!));
        expect(Math.abs(y - wanted), `at ${grid[i]}`).toBeLessThanOrEqual(1.1e-7);
        expect(y).toBeLessThanOrEqual(1);
      });
    }
  });

  test('tanh is within 5e-7 of float64, relatively, and never beyond 1', () => {
    candidate.forEach((y, i) => {
      const wanted = Math.tanh(grid[i]!);
      const bound = 5e-7 * Math.abs(wanted);
      expect(Math.abs(y - wanted), `at ${grid[i]}`).toBeLessThanOrEqual(bound);
      expect(Math.abs(y)).toBeLessThanOrEqual(1);
    });
  });

  test('tanh is exactly 1 from 8 on, so that a saturated unit passes no gradient', () => {
    const [, , tanh] = activate([8, -8, 1e4, -1e30]) as [Float32Array, Float32Array, Float32Array];
    expect([...tanh]).toEqual([1, -1, 1, -1]);
  });

  test('infinity saturates, not a number stays one, tiny numbers keep their sign', () => {
    const [sigmoid, , tanh] = activate([-Infinity, Infinity, NaN, -1e-30]) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(sigmoid[0]).toBeLessThan(2e-38);
    expect(sigmoid[1]).toBe(1);
    expect(sigmoid[2]).toBeNaN();
    expect([tanh[0], tanh[1]]).toEqual([-1, 1]);
    expect(tanh[2]).toBeNaN();
    expect(tanh[3]! / -1e-30).toBeCloseTo(1, 6);
  });
});
