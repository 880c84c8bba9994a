import type { BackendKernel } from '@bnrnn/tensor-backend';
import {
  Sigmoid,
  Tanh,
  util,
  type BinaryInputs,
  type TensorInfo,
  type UnaryInputs,
} from '@tensorflow/tfjs-core';
import { modes, operations } from '../programs/elementwise';
import { cpuKernel, tfjsKernel } from './kernel';

/** How `b` meets `a`; null: otherwise than the program can. */
function modeOf(a: TensorInfo, b: TensorInfo): number | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  if (util.arraysEqual(a.shape, b.shape)) return modes.elements;
  const sizeB = util.sizeFromShape(b.shape);
  if (b.shape.length > a.shape.length) return null;
  if (sizeB === 1) return modes.number;
  const significant = b.shape.slice(b.shape.findIndex((size) => size !== 1));
  const tail = a.shape.slice(a.shape.length - significant.length);
  return util.arraysEqual(significant, tail) ? modes.row : null;
}

const commutative: readonly string[] = ['Add', 'Multiply', 'Maximum', 'Minimum'];

/** tfjs's sum, difference, product, quotient, maximum and minimum where no general broadcast is needed; else tfjs's own kernel. */
export const binaryKernels: readonly BackendKernel[] = Object.entries(operations).map(
  ([name, operation]) =>
    tfjsKernel<{ inputs: BinaryInputs; attributes: object }>(
      name,
      (backend, inputs, attributes) => {
        let { a, b } = inputs;
        let mode = modeOf(a, b);
        if (mode === null && commutative.includes(name)) {
          [a, b] = [b, a];
          mode = modeOf(a, b);
        }
        const size = util.sizeFromShape(a.shape);
        if (mode === null || size === 0) return cpuKernel(name, backend, inputs, attributes);
        const out = backend.allocate(a.shape);
        backend.pool.run('binary', {
          operation,
          mode,
          ...backend.offsets({ a, b, out }),
          count: size,
          columns: util.sizeFromShape(b.shape),
        });
        return out;
      },
    ),
);

/** tfjs's sigmoid and tanh on float32. */
export const unaryKernels: readonly BackendKernel[] = [Sigmoid, Tanh].map((name, operation) =>
  tfjsKernel<{ inputs: UnaryInputs; attributes: object }>(name, (backend, { x }, attributes) => {
    const count = util.sizeFromShape(x.shape);
    if (x.dtype !== 'float32' || count === 0) return cpuKernel(name, backend, { x }, attributes);
    const out = backend.allocate(x.shape);
    backend.pool.run('unary', { operation, ...backend.offsets({ x, out }), count });
    return out;
  }),
);
