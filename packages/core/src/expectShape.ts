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
  const shape = 'shape' in value ? value.shape : value;
  const wanted = Object.entries(expected);
  const fits =
    shape.length === wanted.length &&
    wanted.every(([, size], axis) => size === null || size === shape[axis]);
  if (!fits) {
    const list = wanted.map(([axis, size]) => (size === null ? axis : `${axis}=${size}`));
    throw new ShapeError(
      `${caller}: ${argument} is [${shape.join(', ')}], expected [${list.join(', ')}].`,
    );
  }
}
