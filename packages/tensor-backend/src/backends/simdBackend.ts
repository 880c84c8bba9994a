import type { Backend } from './backend';
import { importOptional } from './optionalPackage';
import { expectPackage, probePackage } from './probePackage';

const packageName = '@bnrnn/tensor-backend-simd';

/** What the package exports: the backend itself. */
interface SimdModule {
  simdBackend: Backend;
}

/** The embedded backend: a BLAS where there is one, SIMD WebAssembly otherwise, threads. */
export const simdBackend: Backend = {
  name: 'simd',
  async probe(options) {
    const found = await importOptional<SimdModule>(packageName);
    if ('module' in found) return found.module.simdBackend.probe(options);
    return probePackage(packageName, found, () => ({ available: true, details: '' }));
  },
  async start(options) {
    const found = await importOptional<SimdModule>(packageName);
    return expectPackage('simd', packageName, found).simdBackend.start(options);
  },
};
