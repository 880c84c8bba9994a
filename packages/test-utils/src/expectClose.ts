import { AssertionError } from 'node:assert';

/** Anything with numbers in it: a tfjs tensor, the oracle's arrays, a typed array, a number. */
export type Comparable =
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> }
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | ArrayLike<number>
  | number;

export interface Tolerance {
  /** Share of the largest |expected| of the tensor; 1e-5 unless given. */
  rtol?: number;
  /** Absolute; 0 unless given. */
  atol?: number;
  /** Said first in the message, e.g. the seed or the parameter's path. */
  label?: string;
}

/**
 * Fails unless every element is as near as the project's proof asks.
 *
 *   |actual − expected| ≤ rtol · max|expected| + atol,   the maximum over the whole tensor
 *
 * Shapes are compared first (a bare typed array counts as having the other's shape when the lengths
 * agree); NaN equals only NaN, an infinity only itself.
 *
 * `BNRNN_TEST_SLACK` multiplies what is allowed: for suites that run in a lower precision.
 *
 * @throws AssertionError naming the worst element, its index and how many elements are out.
 */
export function expectClose(
  actual: Comparable,
  expected: Comparable,
  { rtol = 1e-5, atol = 0, label }: Tolerance = {},
): void {
  const a = read(actual);
  const e = read(expected);
  const shape = e.shape ?? a.shape ?? [e.values.length];
  const prefix = label === undefined ? 'expectClose: ' : `expectClose (${label}): `;
  const shapesDiffer =
    a.shape !== undefined && e.shape !== undefined && a.shape.join() !== e.shape.join();
  if (shapesDiffer || a.values.length !== e.values.length) {
    fail(`${prefix}shape is ${show(a)}, expected ${show(e)}.`);
  }

  const largest = e.values.reduce((max, value) => {
    return Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max;
  }, 0);
  const slack = Number(process.env['BNRNN_TEST_SLACK'] ?? 1);
  const tolerance = slack * (rtol * largest + atol);
  let out = 0;
  let worst = -1;
  let worstError = -1;
  e.values.forEach((wanted, i) => {
    const got = a.values[i] as number;
    if (Object.is(got, wanted) || got === wanted) return;
    const difference = Math.abs(got - wanted);
    const error = Number.isNaN(difference) ? Infinity : difference;
    if (error <= tolerance) return;
    out++;
    if (error > worstError) {
      worst = i;
      worstError = error;
    }
  });
  if (out === 0) return;
  fail(
    `${prefix}${out} of ${e.values.length} elements of [${shape.join(', ')}] are out; the worst is at ` +
      `[${indexOf(worst, shape).join(', ')}]: ${a.values[worst]}, expected ${e.values[worst]}, ` +
      `off by ${worstError.toExponential(2)}, allowed ${tolerance.toExponential(2)} ` +
      `(rtol ${rtol} of ${largest.toPrecision(6)}, atol ${atol}).`,
  );
}

interface Values {
  shape: readonly number[] | undefined;
  values: Float64Array;
}

function read(source: Comparable): Values {
  if (typeof source === 'number') return { shape: [], values: Float64Array.of(source) };
  if ('dataSync' in source) {
    return { shape: source.shape, values: Float64Array.from(source.dataSync()) };
  }
  if ('data' in source) return { shape: source.shape, values: Float64Array.from(source.data) };
  return { shape: undefined, values: Float64Array.from(source) };
}

function show({ shape, values }: Values): string {
  return shape === undefined ? `${values.length} values` : `[${shape.join(', ')}]`;
}

function indexOf(offset: number, shape: readonly number[]): number[] {
  let rest = offset;
  return [...shape]
    .reverse()
    .map((size) => {
      const index = rest % size;
      rest = (rest - index) / size;
      return index;
    })
    .reverse();
}

function fail(message: string): never {
  throw new AssertionError({ message, stackStartFn: expectClose });
}
