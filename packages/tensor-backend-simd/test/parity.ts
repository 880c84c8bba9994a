import { backendTests } from '../../../tools/config/vitest.ts';

interface Setting {
  readonly threads: number;
  /** `none`: our own product. */
  readonly blas?: 'none';
  /** Freed blocks are filled with NaN. */
  readonly poison?: true;
  readonly fallback?: 'allow';
}

/** Suites on `simd` in one setting; files share a process, so its threads start once. */
export function parity(include: readonly string[], setting: Setting) {
  const { threads, blas, poison, fallback = 'forbid' } = setting;
  const name = [`${threads} thread${threads === 1 ? '' : 's'}`];
  if (blas === 'none') name.push('own product');
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
      ...(poison && { BNRNN_SIMD_POISON: '1' }),
    },
  });
}
