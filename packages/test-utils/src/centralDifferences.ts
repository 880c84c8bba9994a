import { array64, type Array64 } from './array64';

/**
 * The gradient of a scalar function by central differences in float64.
 *
 *   ∂f/∂x[i] ≈ (f(x + h·e_i) − f(x − h·e_i)) / 2h,   h = 1e-5 · max(1, |x[i]|)
 *
 * @param f       gets the inputs with one element moved; must not keep or change them.
 * @param inputs  the arrays to differentiate by, by name; the same values afterwards.
 * @returns       the gradient by each input, of its shape.
 */
export function centralDifferences<Inputs extends Readonly<Record<string, Array64>>>(
  f: (inputs: Inputs) => number,
  inputs: Inputs,
): { [Name in keyof Inputs]: Array64 } {
  const gradients = Object.entries(inputs).map(([name, input]) => {
    const gradient = array64(input.shape);
    for (let i = 0; i < input.data.length; i++) {
      const x = input.data[i] as number;
      const h = 1e-5 * Math.max(1, Math.abs(x));
      input.data[i] = x + h;
      const above = f(inputs);
      input.data[i] = x - h;
      const below = f(inputs);
      input.data[i] = x;
      gradient.data[i] = (above - below) / (x + h - (x - h));
    }
    return [name, gradient];
  });
  return Object.fromEntries(gradients) as { [Name in keyof Inputs]: Array64 };
}
