import { BackendError } from '@bnrnn/core';
import type { Backend, BackendProbe } from '@bnrnn/tensor-backend';
import { version_core } from '@tensorflow/tfjs-core';
import { infoOf } from './adapterInfo';
import { findGpu } from './findGpu';

const name = 'webgpu';

type FoundAdapter = { readonly adapter: GPUAdapter } | Omit<BackendProbe, 'available' | 'details'>;

/** A GPU through WebGPU: Vulkan, Metal or Direct3D 12; in Node through the optional package `webgpu`. */
export const webgpuBackend: Backend = {
  name,
  async probe() {
    const found = await findAdapter();
    if (!('adapter' in found)) return { available: false, details: 'needs WebGPU', ...found };
    return { available: true, details: describe(found.adapter) };
  },
  async start() {
    const found = await findAdapter();
    if (!('adapter' in found)) {
      throw new BackendError(`The backend "${name}" cannot start: ${found.reason}`, {
        ...(found.fix !== undefined && { hint: found.fix }),
      });
    }
    const { adapter } = found;
    // tfjs's part is loaded for those alone who compute with it.
    const { startDevice } = await import('./startDevice');
    await startDevice(adapter);
    return {
      name,
      device: describe(adapter),
      threads: 1,
      blas: null,
      versions: { '@tensorflow/tfjs-core': version_core },
    };
  },
};

async function findAdapter(): Promise<FoundAdapter> {
  const found = await findGpu();
  if (!('gpu' in found)) return found;
  const adapter = await found.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter !== null) return { adapter };
  return {
    reason: 'WebGPU finds no adapter.',
    fix: 'On Linux it needs the Vulkan loader (apt install libvulkan1) and a driver; without a GPU VK_ICD_FILENAMES may name a software driver.',
  };
}

function describe(adapter: GPUAdapter): string {
  const { vendor = '', architecture = '', device = '', description = '' } = infoOf(adapter) ?? {};
  const parts = [description || device, [vendor, architecture].filter(Boolean).join(' ')];
  return parts.filter(Boolean).join(', ') || 'a GPU that does not say its name';
}
