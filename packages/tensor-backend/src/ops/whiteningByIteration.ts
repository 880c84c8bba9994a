import {
  add,
  div,
  eye,
  matMul,
  mul,
  neg,
  pow,
  sqrt,
  sub,
  sum,
  tile,
  expandDims,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { customOp } from './customOp';

/** A = P_T/sqrt(tr Σ) of each matrix C [M, n, n], Σ = C + ε·I, in tensor ops alone. */
export function iteratedMatrix(
  covariance: Tensor3D,
  epsilon: number,
  iterations: number,
): Tensor3D {
  const [count, size] = covariance.shape;
  const identity = (): Tensor3D => expandDims(eye(size), 0);
  const trace = (t: Tensor): Tensor3D => sum(mul(t, identity()), [1, 2], true);
  return customOp<Tensor3D>([covariance], (save) => {
    const sigma: Tensor3D = add(covariance, mul(identity(), epsilon));
    const total = trace(sigma);
    const scaled: Tensor3D = div(sigma, total);
    const powers: Tensor3D[] = [tile(identity(), [count, 1, 1])];
    for (let k = 0; k < iterations; k++) {
      const p = powers.at(-1) as Tensor3D;
      const pulled = matMul(matMul(matMul(p, p), p), scaled);
      powers.push(sub(mul(p, 1.5), mul(pulled, 0.5)));
    }
    save([scaled, total, ...powers]);
    return {
      value: div(powers.at(-1) as Tensor3D, sqrt(total)),
      gradient: (dA, saved) => {
        const [s, t, ...ps] = saved as Tensor3D[];
        return [backward(dA, { scaled: s as Tensor3D, total: t as Tensor3D, powers: ps, trace })];
      },
    };
  });

  function backward(
    dA: Tensor3D,
    run: {
      scaled: Tensor3D;
      total: Tensor3D;
      powers: Tensor3D[];
      trace: (t: Tensor) => Tensor3D;
    },
  ): Tensor3D {
    const { scaled, total, powers } = run;
    const last = powers.at(-1) as Tensor3D;
    const times = (a: Tensor3D, b: Tensor3D): Tensor3D => matMul(a, b);
    const left = (a: Tensor3D, b: Tensor3D): Tensor3D => matMul(a, b, true);
    const right = (a: Tensor3D, b: Tensor3D): Tensor3D => matMul(a, b, false, true);
    let g: Tensor3D = div(dA, sqrt(total));
    let dScaled: Tensor3D | undefined;
    for (let k = powers.length - 2; k >= 0; k--) {
      const p = powers[k] as Tensor3D;
      const square = times(p, p);
      const part: Tensor3D = mul(left(times(square, p), g), -0.5);
      dScaled = dScaled === undefined ? part : add(dScaled, part);
      const parts: Tensor3D = add(
        add(right(g, times(square, scaled)), right(left(p, g), times(p, scaled))),
        right(left(square, g), scaled),
      );
      g = sub(mul(g, 1.5), mul(parts, 0.5));
    }
    const through = dScaled as Tensor3D;
    // tr(G_ΣNᵀ·Σ)/S² with Σ = S·Σ_N, and what the root of the trace gives.
    const alongScale = div(sum(mul(through, scaled), [1, 2], true), total);
    const alongRoot = div(sum(mul(dA, last), [1, 2], true), mul(pow(total, 1.5), 2));
    const onDiagonal: Tensor3D = neg(add(alongScale, alongRoot));
    return add(div(through, total), mul(identity(), onDiagonal));
  }
}
