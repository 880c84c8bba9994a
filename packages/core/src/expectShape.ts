import { describeValue } from './describeValue';
import { ShapeError } from './errors';

/** The wanted sizes, in axis order: a number is checked, `null` takes any size. */
export type ExpectedShape = Readonly<Record<string, number | null>>;

/**
 * Checks the number of axes of an array and their sizes; a failure shows both shapes side by side,
 * e.g. `lstmScan: hidden0 is [32, 100], expected [batch=32, units=200].`
 *
 * @param caller    the function the reader called, e.g. `lstmScan`.
 * @param argument  the name of the argument.
 * @param value     anything with a `shape`, or the shape itself.
 * @param expected  axis names and sizes in axis order, e.g. `{ time, batch, features: null }`.
 * @throws ShapeError naming caller, argument, what came and what was wanted.
 */
export function expectShape(
  caller: string,
  argument: string,
  value: { readonly shape: readonly number[] } | readonly number[],
  expected: ExpectedShape,
): void {
  const wanted = Object.entries(expected);
  const list = (): string =>
    wanted.map(([axis, size]) => (size === null ? axis : `${axis}=${size}`)).join(', ');
  const shape = shapeOf(value);
  if (shape === undefined) {
    throw new ShapeError(
      `${caller}: ${argument} is ${describeValue(value)}, expected a tensor [${list()}].`,
    );
  }
  const fits =
    shape.length === wanted.length &&
    wanted.every(([, size], axis) => size === null || size === shape[axis]);
  if (!fits) {
    throw new ShapeError(`${caller}: ${argument} is [${shape.join(', ')}], expected [${list()}].`);
  }
}

/** A caller in JavaScript may have left the argument out. */
function shapeOf(value: unknown): readonly number[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const shape: unknown = 'shape' in value ? value.shape : value;
  return Array.isArray(shape) ? (shape as readonly number[]) : undefined;
}
