import { registerBackend, startBackend } from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { nodeBackend, nodeGpuBackend } from '@bnrnn/tensor-backend-tensorflow';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';

for (const backend of [nodeGpuBackend, simdBackend, nodeBackend, webgpuBackend])
  registerBackend(backend);

/** `startBackend` with every backend of this repository registered, as the command line does. */
export { startBackend };
