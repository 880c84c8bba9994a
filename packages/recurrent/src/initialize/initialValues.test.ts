import { expectClose } from '@bnrnn/test-utils';
import { describe, expect, it } from 'vitest';
import { checkInitializer } from './checkInitializer';
import { initialValues } from './initialValues';
import { transposed } from '../pytorch/transposed';

const recurrent = { shape: [6, 24], gates: 4, role: 'recurrent' } as const;

/** Column block g of a row-major [rows, gates·width]. */
function block(values: Float32Array, rows: number, width: number, gates: number, g: number) {
  return Float32Array.from(
    { length: rows * width },
    (_, i) => values[Math.floor(i / width) * gates * width + g * width + (i % width)]!,
  );
}

function gram(vectors: Float32Array, count: number): number[] {
  const length = vectors.length / count;
  const dot = (a: number, b: number) =>
    vectors
      .subarray(a * length, (a + 1) * length)
      .reduce((sum, value, i) => sum + value * vectors[b * length + i]!, 0);
  return Array.from({ length: count * count }, (_, i) => dot(Math.floor(i / count), i % count));
}

function identity(size: number): number[] {
  return Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

describe('initialValues', () => {
  it('is a function of path, seed and place', () => {
    const uniform = { kind: 'uniform', range: 0.1 } as const;
    const of = (path: string, seed: number) => initialValues(path, seed, uniform, recurrent);
    expect(of('layers.0.recurrent', 3)).toEqual(of('layers.0.recurrent', 3));
    expect(of('layers.1.recurrent', 3)).not.toEqual(of('layers.0.recurrent', 3));
    expect(of('layers.0.recurrent', 4)).not.toEqual(of('layers.0.recurrent', 3));
  });

  it('uniform fills vectors too and reaches its bounds', () => {
    const vector = { shape: [4_000], role: 'vector' } as const;
    const values = initialValues('bias', 1, { kind: 'uniform', range: 0.25 }, vector);
    expect(Math.max(...values)).toBeLessThan(0.25);
    expect(Math.max(...values)).toBeGreaterThan(0.249);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.25);
    expect(Math.min(...values)).toBeLessThan(-0.249);
  });

  it('normal fills everything with a Gaussian of its deviation', () => {
    const table = { shape: [50, 400], role: 'matrix' } as const;
    const values = initialValues('embedding', 1, { kind: 'normal', deviation: 0.5 }, table);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 2);
    expect(Math.max(...values)).toBeGreaterThan(1.5);
  });

  it('glorot counts one gate and leaves vectors at zero', () => {
    const matrix = { shape: [300, 400], gates: 4, role: 'matrix' } as const;
    const values = initialValues('input', 1, { kind: 'glorot' }, matrix);
    const range = Math.sqrt(6 / (300 + 100));
    expect(Math.max(...values)).toBeLessThan(range);
    expect(Math.max(...values)).toBeGreaterThan(0.999 * range);
    const peepholes = { shape: [3, 5], gates: 4, role: 'vector' } as const;
    expect(initialValues('p', 1, { kind: 'glorot' }, peepholes)).toEqual(new Float32Array(15));
  });

  it('orthogonal makes each gate orthonormal and the gates different', () => {
    const spec = { kind: 'orthogonal', recurrent: 'orthogonal' } as const;
    const square = initialValues('u', 2, spec, recurrent);
    const gates = [0, 1, 2, 3].map((g) => block(square, 6, 6, 4, g));
    for (const gate of gates) expectClose(gram(gate, 6), identity(6), { rtol: 1e-6 });
    expect(new Set(gates.map((gate) => gate.join())).size).toBe(4);
    const wide = initialValues('w', 2, spec, { shape: [3, 8], role: 'matrix' });
    expectClose(gram(wide, 3), identity(3), { rtol: 1e-6 });
    const tall = initialValues('w', 2, spec, { shape: [8, 3], role: 'matrix' });
    expectClose(gram(transposed(tall, 8, 3), 3), identity(3), { rtol: 1e-6 });
  });

  it('identity is for h·U alone', () => {
    const spec = { kind: 'orthogonal', recurrent: 'identity' } as const;
    const values = initialValues('u', 2, spec, recurrent);
    for (const g of [0, 1, 2, 3]) expectClose(block(values, 6, 6, 4, g), identity(6), { rtol: 0 });
    const input = initialValues('w', 2, spec, { ...recurrent, role: 'matrix' });
    expect(input[0]).not.toBe(1);
  });

  it('refuses what it does not know', () => {
    expect(() => checkInitializer('lstm', { kind: 'uniform', range: 0 })).toThrow(
      'lstm: initializer.range is 0, expected a number above 0.',
    );
    expect(() => checkInitializer('lstm', { kind: 'glorrot' as never })).toThrow(
      'lstm: initializer.kind is "glorrot"',
    );
    expect(() => checkInitializer('lstm', { kind: 'normal', deviation: 0 })).toThrow(
      'lstm: initializer.deviation is 0, expected a number above 0.',
    );
    const wrong = { kind: 'orthogonal', recurrent: 'zeros' } as never;
    expect(() => checkInitializer('lstm', wrong)).toThrow('lstm: initializer.recurrent is "zeros"');
  });
});
