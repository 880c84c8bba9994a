import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../gpu/gpuBackend';
import { defineProgram, element, linear, run } from '../gpu/program';

const program = defineProgram({
  name: 'copy',
  params: { count: 'u32' },
  reads: { x: 'f32' },
  writes: { y: 'f32' },
  workgroup: [256],
  main: `${element}
  if (i < p.count) { y[i] = x[i]; }`,
});

/** The same numbers in a tensor of their own. */
export function copyOf(backend: GpuBackend, x: TensorInfo): TensorInfo {
  const y = backend.allocate(x.shape);
  const count = util.sizeFromShape(x.shape);
  run(backend, program, { reads: { x }, writes: { y }, steps: [{ count }], groups: linear(count) });
  return y;
}
