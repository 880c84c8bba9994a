import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import type * as BfloatLibrary from '../src/blas/bfloatLibrary';
import type * as FindBlas from '../src/blas/findBlas';
import type * as ProcessorHere from '../src/blas/processor';

/** A module of the package's sources, for a configuration, which is not bundled as tests are. */
async function load<Module>(file: string): Promise<Module> {
  const path = fileURLToPath(new URL(`../src/blas/${file}`, import.meta.url));
  return (await runnerImport<Module>(path)).module;
}

const { findBlas } = await load<typeof FindBlas>('findBlas.ts');
const { bfloatLibraryOf } = await load<typeof BfloatLibrary>('bfloatLibrary.ts');
const { processorHere } = await load<typeof ProcessorHere>('processor.ts');
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

const isHere = (wanted: string): boolean => findBlas(memory, { wanted }).blas !== null;

/** The libraries that are here of those that the suites run on; `findBlas.test.ts` names those that are not. */
export const libraries = (['openblas', 'mkl'] as const).filter(isHere);

const bfloatLibrary = bfloatLibraryOf(processorHere());

/** The library with which products run in a lower precision here. */
export const bfloat16 =
  processorHere().bfloat16 && isHere(bfloatLibrary) ? bfloatLibrary : undefined;
