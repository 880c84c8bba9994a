import { version_core } from '@tensorflow/tfjs-core';
import { activate } from './activate';
import type { Backend } from './backend';
import { importOptional } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';
import { repairWasmProducts } from './wasmProducts';

const packageName = '@tensorflow/tfjs-backend-wasm';

interface WasmModule {
  version_wasm: string;
  getThreadsCount(): number;
  setThreadsCount(threads: number): void;
}

/** tfjs's WebAssembly backend: SIMD through XNNPACK; in Node it runs on one thread. */
export const wasmBackend: Backend = {
  name: 'wasm',
  async probe() {
    return probePackage(packageName, await importOptional<WasmModule>(packageName), (module) => ({
      available: true,
      details: `WebAssembly with XNNPACK, one thread in Node (tfjs ${module.version_wasm})`,
    }));
  },
  async start() {
    const module = expectPackage(
      'wasm',
      packageName,
      await importOptional<WasmModule>(packageName),
    );
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
