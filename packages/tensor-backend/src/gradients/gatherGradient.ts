import {
  reshape,
  scatterND,
  transpose,
  type GatherV2Attrs,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * The gradient of tfjs's `GatherV2` in ops that every backend has.
 *
 * tfjs's own uses `UnsortedSegmentSum`, which `wasm` lacks and `cpu` computes with one pass over the
 * values per row of the table. Rows that were gathered twice get the sum of both gradients.
 */
export const gatherGradient: GradConfig = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, saved, attributes) => {
    const [x, indices] = saved as [Tensor, Tensor];
    const { axis, batchDims } = attributes as NamedAttrMap & GatherV2Attrs;
    if (batchDims !== 0) {
      throw new Error(`The gradient of gather is defined for batchDims 0, not ${batchDims}.`);
    }
    const table = () => {
      const outer = Array.from({ length: axis }, (_, i) => i);
      const inner = Array.from({ length: x.rank - axis - 1 }, (_, i) => axis + 1 + i);
      const flat = reshape(dy as Tensor, [
        ...x.shape.slice(0, axis),
        indices.size,
        ...x.shape.slice(axis + 1),
      ]);
      const rowsFirst = axis === 0 ? flat : transpose(flat, [axis, ...outer, ...inner]);
      const scattered = scatterND(reshape(indices, [indices.size, 1]), rowsFirst, [
        x.shape[axis] as number,
        ...x.shape.slice(0, axis),
        ...x.shape.slice(axis + 1),
      ]);
      return axis === 0
        ? scattered
        : transpose(scattered, [...outer.map((i) => i + 1), 0, ...inner]);
    };
    return { x: table, indices: () => indices };
  },
};
