import { symmetricEigen } from '@bnrnn/tensor-backend';

/** A layer a = (x − c)·U·V + d, and sums of rows x about c; matrices row-major. */
export interface ReestimateInputs {
  /** c [inputs] */
  readonly mean: ArrayLike<number>;
  /** U [inputs, inputs] */
  readonly matrix: ArrayLike<number>;
  /** Σ (x − c) [inputs] */
  readonly sum: ArrayLike<number>;
  /** Σ (x − c)ᵀ·(x − c) [inputs, inputs] */
  readonly squares: ArrayLike<number>;
  /** How many rows were summed. */
  readonly rows: number;
  /** V [inputs, features] */
  readonly weights: ArrayLike<number>;
  /** d [features] */
  readonly bias: ArrayLike<number>;
  readonly damping: number;
}

/** The same function with other coordinates. */
interface Reestimated {
  readonly mean: Float64Array;
  readonly matrix: Float64Array;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/**
 * Whitens the input of a layer by what was measured of it, and keeps what the layer computes; in float64.
 *
 *   c' = c + δ     δ = sum / rows     Σ = squares / rows − δᵀ·δ     U' = (Σ + damping·I)^(−1/2)
 *   W = U·V        V' = U'⁻¹·W        d' = d + δ·W
 *
 * @returns undefined where no row was measured.
 */
export function reestimate(inputs: ReestimateInputs): Reestimated | undefined {
  const { rows, damping, bias } = inputs;
  if (rows < 1) return undefined;
  const size = inputs.mean.length;
  const features = bias.length;
  const offset = Float64Array.from(inputs.sum, (value) => value / rows);
  const sigma = Float64Array.from({ length: size * size }, (_, k) => {
    const [i, j] = [Math.floor(k / size), k % size];
    const covariance = at(inputs.squares, k) / rows - at(offset, i) * at(offset, j);
    return i === j ? covariance + damping : covariance;
  });
  const { values, vectors } = symmetricEigen(sigma, size);
  // No eigenvalue of Σ + damping lies below damping but by rounding.
  const roots = values.map((value) => Math.sqrt(Math.max(value, damping)));
  const effective = times(inputs.matrix, inputs.weights, [size, size, features]);
  return {
    mean: offset.map((value, i) => value + at(inputs.mean, i)),
    matrix: spectral(
      vectors,
      roots.map((root) => 1 / root),
    ),
    weights: times(spectral(vectors, roots), effective, [size, size, features]),
    bias: times(offset, effective, [1, size, features]).map((value, k) => value + at(bias, k)),
  };
}

/** D·diag(λ)·Dᵀ. */
function spectral(vectors: Float64Array, lambda: Float64Array): Float64Array {
  const size = lambda.length;
  const scaled = vectors.map((value, k) => value * at(lambda, k % size));
  const transposed = vectors.map((_, k) => at(vectors, (k % size) * size + Math.floor(k / size)));
  return times(scaled, transposed, [size, size, size]);
}

/** The product of two matrices, [rows, inner] and [inner, columns]. */
function times(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [rows, inner, columns]: readonly [number, number, number],
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = at(a, i * inner + k);
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[to + j] = at(out, to + j) + factor * at(b, from + j);
    }
  }
  return out;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
