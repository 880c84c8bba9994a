import { BackendError } from '@bnrnn/core';
import { kernelParameters, type Kernels } from './kernels';

/** @throws BackendError where the kernels are not those that this code was built with. */
export function expectKernels(kernels: Kernels): void {
  for (const [name, line] of Object.entries(kernelParameters)) {
    const expected = line === '' ? 0 : line.split(' ').length;
    const taken = (kernels as Partial<Kernels>)[name as keyof Kernels]?.length;
    if (taken === expected) continue;
    throw new BackendError(
      `simd: the kernel ${name} takes ${taken ?? 'nothing'}, expected ${expected} numbers: kernels.wasm is of another build.`,
      { hint: 'Build it again (npm run bundle) or install the package again.' },
    );
  }
}
