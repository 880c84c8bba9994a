import { registerKernel } from '@tensorflow/tfjs-core';

/**
 * Gives tfjs's wasm backend the kernel that it lacks to train an embedding: sums rows of `x` by their segment. Without
 * it an embedding is a product with one-hot rows, and a small step takes 1.3 times as long.
 */
export function addSegmentSum() {
  registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc({ inputs: { x, segmentIds }, backend, attrs: { numSegments } }) {
      const [rows, ...shape] = x.shape;
      const width = shape.reduce((product, size) => product * size, 1);
      const sums = backend.makeOutput([numSegments, ...shape], x.dtype);
      const [from, ids, to] = [x, segmentIds, sums].map((each) => backend.typedArrayFromHeap(each));
      to.fill(0);
      for (let row = 0; row < rows; row++) {
        const at = ids[row] * width;
        for (let i = 0; i < width; i++) to[at + i] += from[row * width + i];
      }
      return sums;
    },
  });
}
