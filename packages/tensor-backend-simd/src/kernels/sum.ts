import { backend_util, Sum, util, type SumAttrs, type SumInputs } from '@tensorflow/tfjs-core';
import { cpuKernel, tfjsKernel } from './kernel';

/** Fewer columns than this are summed by tfjs, in float64. */
const narrowest = 16;

/**
 * tfjs's sum of float32 over leading axes, e.g. the gradient of a bias: one pass over the rows. Other axes
 * run tfjs's own kernel, which transposes first.
 */
export const sum = tfjsKernel<{ inputs: SumInputs; attributes: SumAttrs }>(
  Sum,
  (backend, inputs, attributes) => {
    const { x } = inputs;
    const { axis, keepDims } = attributes;
    const axes = util.parseAxisParam(axis, x.shape);
    const leads = axes.length > 0 && axes.every((position, i) => position === i);
    const size = util.sizeFromShape(x.shape);
    const [kept] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const columns = util.sizeFromShape(kept);
    if (x.dtype !== 'float32' || !leads || columns < narrowest || size === 0) {
      return cpuKernel(Sum, backend, inputs, attributes);
    }
    const out = backend.allocate(keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept);
    backend.pool.run('sumRows', { ...backend.offsets({ x, out }), rows: size / columns, columns });
    return out;
  },
);
