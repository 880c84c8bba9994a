import { registerBackend } from '@bnrnn/tensor-backend';

const wanted = (process.env['BNRNN_TEST_BACKENDS'] ?? '').split(',').map((name) => name.trim());

if (wanted.includes('simd')) {
  const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
  registerBackend(simdBackend);
}
if (wanted.includes('webgpu')) {
  const { webgpuBackend } = await import('@bnrnn/tensor-backend-webgpu');
  const { readWebgpuSynchronously } = await import('@bnrnn/test-utils');
  await import('./webgpuDriver');
  registerBackend(readWebgpuSynchronously(webgpuBackend));
}
if (wanted.includes('node') || wanted.includes('node-gpu')) {
  const { nodeBackend, nodeGpuBackend } = await import('@bnrnn/tensor-backend-tensorflow');
  registerBackend(nodeGpuBackend);
  registerBackend(nodeBackend);
}
