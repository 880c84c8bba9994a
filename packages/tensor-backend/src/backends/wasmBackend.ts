import { BackendError } from '@bnrnn/core';
import { version_core } from '@tensorflow/tfjs-core';
import { activate } from './activate';
import type { Backend } from './backend';
import { found, missing } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';
import { reserveProblem, type MemorySize, type ReserveProblem } from './reserveProblem';
import { repairWasmProducts } from './wasmProducts';

const packageName = '@tensorflow/tfjs-backend-wasm';

const load = () => import('@tensorflow/tfjs-backend-wasm').then(found, missing(packageName));

interface WasmRuntime {
  Memory: new (size: MemorySize) => object;
}

/** tfjs's WebAssembly backend: SIMD through XNNPACK; in Node it runs on one thread. */
export const wasmBackend: Backend = {
  name: 'wasm',
  async probe() {
    return probePackage(packageName, await load(), (module) => {
      const details = `WebAssembly with XNNPACK, one thread in Node (tfjs ${module.version_wasm})`;
      const problem = reserve();
      if (problem === undefined) return { available: true, details };
      return { available: false, details, ...problem };
    });
  },
  async start() {
    const module = expectPackage('wasm', packageName, await load());
    // tfjs would say something about bundlers.
    const problem = reserve();
    if (problem !== undefined) {
      throw new BackendError(`The backend "wasm" cannot start: ${problem.reason}`, {
        hint: problem.fix,
      });
    }
    repairWasmProducts();
    await activate('wasm');
    return {
      name: 'wasm',
      device: 'CPU',
      threads: 1,
      blas: null,
      versions: { '@tensorflow/tfjs-core': version_core, [packageName]: module.version_wasm },
    };
  },
};

/** Why a memory like that of tfjs's module cannot be had: it starts with 16 MiB and may grow to 2 GiB. */
function reserve(): ReserveProblem | undefined {
  const descriptor = { initial: 256, maximum: 32_768 };
  try {
    const { WebAssembly } = globalThis as { WebAssembly?: WasmRuntime };
    if (WebAssembly !== undefined) new WebAssembly.Memory(descriptor);
    return undefined;
  } catch (error) {
    return reserveProblem(descriptor, error);
  }
}
