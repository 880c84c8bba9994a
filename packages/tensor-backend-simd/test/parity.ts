import { backendTests } from '../../../tools/config/vitest.ts';

interface Setting {
  readonly threads: number;
  /** `none`: our own product; this machine's best library when absent. */
  readonly blas?: 'none' | 'openblas' | 'onednn' | 'mkl';
  /** Freed blocks are filled with NaN. */
  readonly poison?: true;
  readonly precision?: 'bf16x3';
  readonly fallback?: 'allow';
}

/** Suites on `simd` in one setting; files share a process, so its threads start once. */
export function parity(include: readonly string[], setting: Setting) {
  const { threads, blas, precision, poison, fallback = 'forbid' } = setting;
  const name = [`${threads} thread${threads === 1 ? '' : 's'}`];
  if (blas !== undefined) name.push(blas === 'none' ? 'own product' : blas);
  if (precision !== undefined) name.push(precision);
  if (poison) name.push('poison');
  return backendTests({
    name: name.join(', '),
    include: [...include],
    isolate: false,
    env: {
      BNRNN_TEST_BACKENDS: 'simd',
      BNRNN_FALLBACK: fallback,
      BNRNN_THREADS: String(threads),
      ...(blas !== undefined && { BNRNN_BLAS: blas }),
      // Operands of 16 bits, where float32 has 24: the tolerances of float32 hold but for a few tests.
      ...(precision !== undefined && { BNRNN_PRECISION: precision, BNRNN_TEST_SLACK: '16' }),
      ...(poison && { BNRNN_SIMD_POISON: '1' }),
    },
  });
}
