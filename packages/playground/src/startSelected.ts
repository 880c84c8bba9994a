import { startBackend, type BackendInfo } from '@bnrnn/tensor-backend';
import type { Settings } from './settings';

/** Starts a backend of which nothing is loaded before. @throws BackendError where the browser lacks what it needs. */
export async function startSelected(name: Settings['backend']): Promise<BackendInfo> {
  if (name === 'simd') {
    const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
    return startBackend(simdBackend);
  }
  if (name === 'webgpu') {
    const { webgpuBackend } = await import('@bnrnn/tensor-backend-webgpu');
    return startBackend(webgpuBackend);
  }
  if (name === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(new URL('.', globalThis.location.href).href);
  }
  return startBackend(name);
}
