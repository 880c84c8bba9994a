import { registerBackend } from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { nodeBackend, nodeGpuBackend } from '@bnrnn/tensor-backend-tensorflow';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';

/**
 * Registers what the command line can compute with, in the order in which `auto` tries it; `wasm` and
 * `cpu` follow.
 */
export function registerBackends(): void {
  for (const backend of [nodeGpuBackend, simdBackend, nodeBackend, webgpuBackend])
    registerBackend(backend);
}
