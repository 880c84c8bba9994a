import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { cpuKernel, type SimdKernel } from './kernel';

const operations = { Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 } as const;

/** How `b` meets `a`: element by element, one row for every row, one number for all; null: otherwise. */
function mode(a: TensorInfo, b: TensorInfo): 0 | 1 | 2 | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  if (util.arraysEqual(a.shape, b.shape)) return 0;
  const sizeB = util.sizeFromShape(b.shape);
  if (b.shape.length > a.shape.length) return null;
  if (sizeB === 1) return 2;
  const significant = b.shape.slice(b.shape.findIndex((size) => size !== 1));
  const tail = a.shape.slice(a.shape.length - significant.length);
  return util.arraysEqual(significant, tail) ? 1 : null;
}

/** tfjs's sum, difference, product and quotient where no general broadcast is needed; else tfjs's own kernel. */
export const binaryKernels: readonly SimdKernel[] = Object.entries(operations).map(
  ([name, operation]) => ({
    name,
    run(backend, inputs, attributes) {
      let { a, b } = inputs as Record<'a' | 'b', TensorInfo>;
      let how = mode(a, b);
      if (how === null && (name === 'Add' || name === 'Multiply')) {
        [a, b] = [b, a];
        how = mode(a, b);
      }
      const size = util.sizeFromShape(a.shape);
      if (how === null || size === 0) return cpuKernel(name, backend, inputs, attributes);
      const out = backend.allocate(a.shape);
      backend.pool.run('binary', [
        operation,
        how,
        backend.offset(a),
        backend.offset(b),
        backend.offset(out),
        size,
        util.sizeFromShape(b.shape),
      ]);
      return out;
    },
  }),
);

/** tfjs's sigmoid and tanh on float32. */
export const unaryKernels: readonly SimdKernel[] = ['Sigmoid', 'Tanh'].map((name, operation) => ({
  name,
  run(backend, inputs, attributes) {
    const { x } = inputs as Record<'x', TensorInfo>;
    const size = util.sizeFromShape(x.shape);
    if (x.dtype !== 'float32' || size === 0) return cpuKernel(name, backend, inputs, attributes);
    const out = backend.allocate(x.shape);
    backend.pool.run('unary', [operation, backend.offset(x), backend.offset(out), size]);
    return out;
  },
}));
