import {
  add,
  concat,
  div,
  expandDims,
  eye,
  matMul,
  maximum,
  mul,
  slice,
  sqrt,
  sub,
  tensor3d,
  tidy,
  tile,
  transpose,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { customOp } from './customOp';

/**
 * A = L^(−T) of each matrix C [M, n, n], Σ = C + ε·I = L·Lᵀ, in tensor ops alone.
 *
 * Eliminating below the diagonal of [Σ | I], each row divided by the root of its pivot, leaves
 * [Lᵀ | L^(−1)].
 */
export function choleskyMatrix(covariance: Tensor3D, epsilon: number): Tensor3D {
  const [count, size] = covariance.shape;
  return customOp<Tensor3D>([covariance], (save) => {
    const identity: Tensor3D = tile(expandDims(eye(size), 0), [count, 1, 1]);
    let both: Tensor3D = concat([add(covariance, mul(identity, epsilon)), identity], 2);
    for (let j = 0; j < size; j++) {
      const next = tidy(() => eliminate(both, j, epsilon));
      both.dispose();
      both = next;
    }
    const inverse = slice(both, [0, 0, size], [count, size, size]);
    const value: Tensor3D = transpose(inverse, [0, 2, 1]);
    save([value]);
    return {
      value,
      gradient: (dA, [saved]) => {
        const a = saved as Tensor3D;
        // dΣ = −½·A·(Φ + Φᵀ)·Aᵀ, where Φ is the lower triangle of dAᵀ·A, its diagonal halved.
        const lower = mul<Tensor3D>(matMul(dA, a, true), lowerTriangle(size));
        const sides: Tensor3D = add(lower, transpose(lower, [0, 2, 1]));
        return [mul(matMul(matMul(a, sides), a, false, true), -0.5)];
      },
    };
  });
}

/** Column j below the diagonal becomes 0, and row j is divided by the root of its pivot. */
function eliminate(both: Tensor3D, j: number, epsilon: number): Tensor3D {
  const [count, size, width] = both.shape;
  // No pivot of Σ lies below ε but by rounding.
  const root = sqrt(maximum(slice(both, [0, j, j], [count, 1, 1]), epsilon));
  const row: Tensor3D = div(slice(both, [0, j, 0], [count, 1, width]), root);
  const column: Tensor3D = div(slice(both, [0, 0, j], [count, size, 1]), root);
  const rows = (value: (i: number) => boolean): Tensor3D =>
    tensor3d(
      Float32Array.from({ length: size }, (_, i) => Number(value(i))),
      [1, size, 1],
    );
  const factors: Tensor3D = sub(
    mul(
      column,
      rows((i) => i > j),
    ),
    rows((i) => i === j),
  );
  return sub(
    mul(
      both,
      rows((i) => i !== j),
    ),
    matMul(factors, row),
  );
}

/** 1 below the diagonal, ½ on it: [1, size, size]. */
function lowerTriangle(size: number): Tensor3D {
  const values = Float32Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    if (i === j) return 0.5;
    return Number(i > j);
  });
  return tensor3d(values, [1, size, size]);
}
