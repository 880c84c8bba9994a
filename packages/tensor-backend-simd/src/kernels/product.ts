import { util } from '@tensorflow/tfjs-core';
import { cpuKernel, type SimdKernel } from './kernel';

/** tfjs's `BatchMatMul` on float32, one product a pair of matrices, through BLAS or our own kernel. */
export const batchMatMul: SimdKernel = {
  name: 'BatchMatMul',
  run(backend, inputs, attributes) {
    const { a, b } = inputs as Record<'a' | 'b', (typeof inputs)[string]>;
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const batchA = util.sizeFromShape(a.shape.slice(0, -2));
    const batchB = util.sizeFromShape(b.shape.slice(0, -2));
    const fits =
      a.dtype === 'float32' &&
      b.dtype === 'float32' &&
      (batchA === batchB || batchA === 1 || batchB === 1);
    if (!fits) return cpuKernel('BatchMatMul', backend, inputs, attributes);
    const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
    const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
    const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
    util.assert(
      k === inner,
      () =>
        `Error in matMul: inner shapes (${k}) and (${inner}) of [${a.shape.join()}] and [${b.shape.join()}] differ.`,
    );
    const batches = batchA >= batchB ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
    const out = backend.allocate([...batches, m, n]);
    backend.pool.run('product', {
      ...{ m, n, k, ...backend.offsets({ a, b, c: out }) },
      count: Math.max(batchA, batchB),
      transposeA: Number(transposeA),
      transposeB: Number(transposeB),
      strideA: batchA === 1 ? 0 : m * k * 4,
      strideB: batchB === 1 ? 0 : k * n * 4,
    });
    return out;
  },
};
