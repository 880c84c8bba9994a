import { add, matMul, mul, tensor3d, transpose, type Tensor3D } from '@tensorflow/tfjs-core';
import { customOp } from './customOp';
import { symmetricEigen } from './symmetricEigen';

/**
 * A = Σ^(−1/2) of each matrix C [M, n, n], Σ = C + ε·I = D·diag(λ)·Dᵀ, in float64: the matrices
 * are read back.
 *
 *   dΣ = D·(K ∘ (Dᵀ·sym(dA)·D))·Dᵀ     K_ij = −1/(√λ_i·√λ_j·(√λ_i + √λ_j))
 *
 * K is the divided difference (λ_i^(−1/2) − λ_j^(−1/2))/(λ_i − λ_j) without the division: equal
 * eigenvalues do no harm.
 *
 * @see Higham 2008, Functions of Matrices, theorem 3.11 (Daleckii and Krein).
 */
export function zcaMatrix(covariance: Tensor3D, epsilon: number): Tensor3D {
  return customOp<Tensor3D>([covariance], (save) => {
    const [count, size] = covariance.shape;
    const square = size * size;
    const values = covariance.dataSync();
    const [root, vectors, differences] = [0, 1, 2].map(() => new Float32Array(count * square)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let start = 0; start < count * square; start += square) {
      const sigma = Float64Array.from(values.subarray(start, start + square), (value, at) =>
        at % (size + 1) === 0 ? value + epsilon : value,
      );
      const eigen = symmetricEigen(sigma, size);
      // No eigenvalue of Σ lies below ε but by rounding.
      const roots = eigen.values.map((value) => Math.sqrt(Math.max(value, epsilon)));
      root.set(powerOf(eigen.vectors, roots), start);
      vectors.set(eigen.vectors, start);
      differences.set(dividedDifferences(roots), start);
    }
    const matrices = (data: Float32Array): Tensor3D => tensor3d(data, [count, size, size]);
    save([matrices(vectors), matrices(differences)]);
    return {
      value: matrices(root),
      gradient: (dA, saved) => {
        const [d, k] = saved as [Tensor3D, Tensor3D];
        const symmetric: Tensor3D = mul(add(dA, transpose(dA, [0, 2, 1])), 0.5);
        const inside = mul<Tensor3D>(matMul(matMul(d, symmetric, true), d), k);
        return [matMul(matMul(d, inside), d, false, true)];
      },
    };
  });
}

/** D·diag(1/√λ)·Dᵀ. */
function powerOf(vectors: Float64Array, roots: Float64Array): Float64Array {
  const size = roots.length;
  return vectors.map((_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return roots.reduce(
      (sum, root, k) =>
        sum + ((vectors[i * size + k] as number) * (vectors[j * size + k] as number)) / root,
      0,
    );
  });
}

function dividedDifferences(roots: Float64Array): Float64Array {
  const size = roots.length;
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [a, b] = [roots[Math.floor(at / size)] as number, roots[at % size] as number];
    return -1 / (a * b * (a + b));
  });
}
