import {
  backend_util,
  Concat,
  Slice,
  slice_util,
  SplitV,
  util,
  type ConcatAttrs,
  type SliceAttrs,
  type SliceInputs,
  type SplitVAttrs,
  type SplitVInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { cpuKernel, tfjsKernel } from './kernel';

/** Rows of `width` numbers, `stride` apart, from a tensor's number `offset` on. */
interface Rows {
  readonly tensor: TensorInfo;
  readonly offset: number;
  readonly stride: number;
}

function copy(
  backend: SharedMemoryBackend,
  rows: number,
  width: number,
  from: Rows,
  to: Rows,
): void {
  backend.pool.run('copyRows', {
    rows,
    width,
    from: backend.offset(from.tensor) + from.offset * 4,
    fromStride: from.stride,
    to: backend.offset(to.tensor) + to.offset * 4,
    toStride: to.stride,
  });
}

const sizeFrom = (shape: readonly number[], axis: number): number =>
  util.sizeFromShape(shape.slice(axis));

const isFloat = ({ dtype }: TensorInfo): boolean => dtype === 'float32';

/** tfjs's concatenation of float32 tensors along any axis. */
export const concat = tfjsKernel<{ inputs: Record<string, TensorInfo>; attributes: ConcatAttrs }>(
  Concat,
  (backend, inputs, attributes) => {
    const tensors = Object.values(inputs).filter(({ shape }) => util.sizeFromShape(shape) > 0);
    const [first] = tensors;
    if (first === undefined || tensors.length === 1 || !tensors.every(isFloat)) {
      return cpuKernel(Concat, backend, inputs, attributes);
    }
    const [axis = 0] = util.parseAxisParam(attributes.axis, first.shape);
    const shapes = tensors.map(({ shape }) => shape);
    backend_util.assertParamsConsistent(shapes, axis);
    const out = backend.allocate(backend_util.computeOutShape(shapes, axis));
    const stride = sizeFrom(out.shape, axis);
    const rows = util.sizeFromShape(out.shape) / stride;
    let offset = 0;
    for (const tensor of tensors) {
      const width = sizeFrom(tensor.shape, axis);
      const target = { tensor: out, offset, stride };
      copy(backend, rows, width, { tensor, offset: 0, stride: width }, target);
      offset += width;
    }
    return out;
  },
);

/** tfjs's split of a float32 tensor along any axis: the gradient of a concatenation. */
export const splitV = tfjsKernel<{ inputs: SplitVInputs; attributes: SplitVAttrs }>(
  SplitV,
  (backend, inputs, attributes) => {
    const { x } = inputs;
    if (!isFloat(x) || util.sizeFromShape(x.shape) === 0) {
      return cpuKernel(SplitV, backend, inputs, attributes);
    }
    const { numOrSizeSplits, axis: given } = attributes;
    const [axis = 0] = util.parseAxisParam(given, x.shape);
    const stride = sizeFrom(x.shape, axis);
    const rows = util.sizeFromShape(x.shape) / stride;
    let offset = 0;
    return backend_util.prepareSplitSize(x, numOrSizeSplits, axis).map((size) => {
      const out = backend.allocate(x.shape.map((whole, i) => (i === axis ? size : whole)));
      const width = sizeFrom(out.shape, axis);
      if (width > 0) {
        const target = { tensor: out, offset: 0, stride: width };
        copy(backend, rows, width, { tensor: x, offset, stride }, target);
      }
      offset += width;
      return out;
    });
  },
);

/** tfjs's slice of a float32 tensor that cuts one axis; others run tfjs's own kernel. */
export const slice = tfjsKernel<{ inputs: SliceInputs; attributes: SliceAttrs }>(
  Slice,
  (backend, inputs, attributes) => {
    const { x } = inputs;
    const { begin: from, size: count } = attributes;
    const [begin, size] = slice_util.parseSliceParams(x, from, count) as [number[], number[]];
    const cut = size.map((part, i) => (part === x.shape[i] ? -1 : i)).filter((i) => i >= 0);
    const axis = cut[0] ?? 0;
    if (!isFloat(x) || cut.length > 1 || size.includes(0) || size.length === 0) {
      return cpuKernel(Slice, backend, inputs, attributes);
    }
    slice_util.assertParamsValid(x, begin, size);
    const out = backend.allocate(size);
    const stride = sizeFrom(x.shape, axis);
    const width = sizeFrom(size, axis);
    const offset = (begin[axis] ?? 0) * sizeFrom(x.shape, axis + 1);
    const target = { tensor: out, offset: 0, stride: width };
    copy(backend, util.sizeFromShape(size) / width, width, { tensor: x, offset, stride }, target);
    return out;
  },
);
