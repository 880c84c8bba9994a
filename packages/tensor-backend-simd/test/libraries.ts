import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import type * as FindBlas from '../src/blas/findBlas';
import type * as ProcessorHere from '../src/blas/processor';

/** A module of the package's sources, for a configuration, which is not bundled as tests are. */
async function load<Module>(file: string): Promise<Module> {
  const path = fileURLToPath(new URL(`../src/blas/${file}`, import.meta.url));
  return (await runnerImport<Module>(path)).module;
}

const { findBlas } = await load<typeof FindBlas>('findBlas.ts');
const { processorHere } = await load<typeof ProcessorHere>('processor.ts');
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

/** The libraries that are here of those that the suites run on; `findBlas.test.ts` names those that are not. */
export const libraries = (['openblas', 'mkl'] as const).filter(
  (wanted) => findBlas(memory, { wanted }).blas !== null,
);

/** Whether products can run in a lower precision. */
export const hasBfloat16 = libraries.includes('mkl') && processorHere().bfloat16;
