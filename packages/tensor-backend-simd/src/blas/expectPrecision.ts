import { BackendError, type Precision } from '@bnrnn/core';
import { bfloatLibraryOf, hasBfloat } from './bfloatLibrary';
import { offerOf } from './fasterThan';
import type { BlasSearch } from './findBlas';
import { loadBlas } from './loadBlas';
import { processorHere } from './processor';

/**
 * Refuses a precision that library or processor do not have: it would be computed in software, slower than float32.
 *
 * @throws BackendError saying what is missing.
 */
export function expectPrecision(
  precision: Precision,
  { blas, reason }: BlasSearch,
  processor = processorHere(),
): void {
  if (precision === 'float32') return;
  if (!processor.bfloat16) {
    throw new BackendError(
      `simd: the precision ${precision} needs a processor with AMX or AVX-512 BF16, and this one has neither.`,
      { hint: 'Take float32.' },
    );
  }
  const needed = bfloatLibraryOf(processor);
  const found = [needed, 'onednn' as const].find((name) => name === blas?.name);
  if (blas === null || found === undefined) {
    const { title, command } = offerOf(needed);
    const there = blas === null ? `no library does (${reason})` : `${blas.name} does`;
    throw new BackendError(
      `simd: the precision ${precision} needs ${title} to multiply, and here ${there}.`,
      { hint: `Take float32, or install ${title}: ${command}` },
    );
  }
  if (hasBfloat(loadBlas(blas, new Float32Array(1)).native)) return;
  throw new BackendError(
    `simd: the precision ${precision} needs ${offerOf(found).title} of 2021 or later, and here is ${blas.description}.`,
    { hint: 'Take float32, or install a newer version.' },
  );
}
