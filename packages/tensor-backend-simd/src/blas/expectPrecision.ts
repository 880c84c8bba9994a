import { BackendError, type Precision } from '@bnrnn/core';
import { hasBfloat } from './bfloat';
import { fasterThan } from './fasterThan';
import type { BlasSearch } from './findBlas';
import { loadBlas } from './loadBlas';
import { processorHere } from './processor';

/**
 * Refuses a precision that library or processor do not have: MKL would compute it in software, slower than float32.
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
  if (blas?.name !== 'mkl') {
    const there = blas === null ? `no library does (${reason})` : `${blas.name} does`;
    const command = fasterThan(blas?.name).faster?.command ?? 'python3 -m pip install mkl';
    throw new BackendError(
      `simd: the precision ${precision} needs MKL to multiply, and here ${there}.`,
      { hint: `Take float32, or install MKL: ${command}` },
    );
  }
  if (hasBfloat(loadBlas(blas, new Float32Array(1)).native)) return;
  throw new BackendError(
    `simd: the precision ${precision} needs MKL 2021 or later, and here is ${blas.description}.`,
    { hint: 'Take float32, or install a newer MKL.' },
  );
}
