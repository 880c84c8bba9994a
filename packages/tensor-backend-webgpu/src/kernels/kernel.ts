import type { Lengths } from '@bnrnn/core';
import { kernelsOf } from '@bnrnn/tensor-backend';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { GpuBackend } from '../gpu/gpuBackend';

/** Makes this backend's kernels of ops. */
export const { opKernel, listKernel } = kernelsOf<GpuBackend>({
  name: 'webgpu',
  isOwn: (backend) => backend instanceof GpuBackend,
});

/** A batch's lengths, int32 [batch], for one program; undefined where nothing is padded. */
export function uploadLengths(
  backend: GpuBackend,
  lengths: Lengths | undefined,
): TensorInfo | undefined {
  return lengths && backend.makeTensorInfo([lengths.each.length], 'int32', lengths.each);
}
