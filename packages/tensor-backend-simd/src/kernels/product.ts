import { productOp } from '@bnrnn/tensor-backend';
import {
  BatchMatMul,
  broadcast_util,
  util,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { cpuKernel, opKernel, tfjsKernel } from './kernel';

/** tfjs's `BatchMatMul` on float32, one product a pair of matrices, through BLAS or our own kernel. */
export const batchMatMul = tfjsKernel<{ inputs: BatchMatMulInputs; attributes: BatchMatMulAttrs }>(
  BatchMatMul,
  (backend, inputs, attributes) => {
    const { a, b } = inputs;
    const { transposeA, transposeB } = attributes;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') {
      return cpuKernel(BatchMatMul, backend, inputs, attributes);
    }
    const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
    const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
    const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
    util.assert(
      k === inner,
      () =>
        `Error in matMul: inner shapes (${k}) and (${inner}) of [${a.shape.join()}] and [${b.shape.join()}] differ.`,
    );
    const axes = broadcast_util.assertAndGetBroadcastShape(
      a.shape.slice(0, -2),
      b.shape.slice(0, -2),
    );
    const out = backend.allocate([...axes, m, n]);
    const common = { m, n, k, transposeA: Number(transposeA), transposeB: Number(transposeB) };
    const at = backend.offsets({ a, b, c: out });
    const [bytesA, bytesB] = [4 * m * k, 4 * k * n];
    const [ofA, ofB] = [matricesOf(a, axes), matricesOf(b, axes)];
    const [strideA, strideB] = [strideOf(ofA), strideOf(ofB)];
    if (strideA !== undefined && strideB !== undefined) {
      const strides = { strideA: strideA * bytesA, strideB: strideB * bytesB };
      backend.pool.run('product', { ...common, ...at, ...strides, count: ofA.length });
      return out;
    }
    for (let i = 0; i < ofA.length; i++) {
      backend.pool.run('product', {
        ...{ ...common, count: 1, strideA: 0, strideB: 0 },
        a: at.a + (ofA[i] as number) * bytesA,
        b: at.b + (ofB[i] as number) * bytesB,
        c: at.c + i * 4 * m * n,
      });
    }
    return out;
  },
);

/** For each matrix of a result with these axes, which of a tensor's matrices it is made of. */
function matricesOf({ shape }: TensorInfo, axes: readonly number[]): number[] {
  const own = shape.slice(0, -2);
  const missing = axes.length - own.length;
  return Array.from({ length: util.sizeFromShape([...axes]) }, (_, index) => {
    let [rest, stride, matrix] = [index, 1, 0];
    for (let axis = axes.length - 1; axis >= missing; axis--) {
      const [size, of] = [axes[axis] as number, own[axis - missing] as number];
      if (of > 1) matrix += (rest % size) * stride;
      stride *= of;
      rest = Math.floor(rest / size);
    }
    return matrix;
  });
}

/** 1 where each matrix follows the one before, 0 where all are the same; undefined otherwise. */
function strideOf(matrices: readonly number[]): number | undefined {
  const stride = Math.min(1, matrices.at(-1) ?? 0);
  return matrices.every((matrix, i) => matrix === i * stride) ? stride : undefined;
}

/** Rows times a matrix; both gradients are one program. */
export const product = opKernel(productOp, {
  run(backend, { inputs: { a, b } }) {
    const [k, n] = b.shape;
    const rows = a.shape.slice(0, -1);
    const out = backend.allocate([...rows, n]);
    backend.pool.run('product', {
      ...{ count: 1, transposeA: 0, transposeB: 0, strideA: 0, strideB: 0 },
      ...{ m: util.sizeFromShape(rows), n, k },
      ...backend.offsets({ a, b, c: out }),
    });
    return { out };
  },
  saves: ['a', 'b'],
  gradient(backend, { dys: { out: dOut }, saved: { a, b } }) {
    const [inner, columns] = b.shape;
    const [dA, dB] = [backend.allocate(a.shape), backend.allocate(b.shape)];
    backend.pool.run('productGradient', {
      ...{ rows: util.sizeFromShape(a.shape.slice(0, -1)), inner, columns },
      ...backend.offsets({ a, b, dOut, dA, dB }),
    });
    return { a: dA, b: dB };
  },
});
