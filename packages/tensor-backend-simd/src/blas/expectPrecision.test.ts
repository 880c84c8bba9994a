import { BackendError } from '@bnrnn/core';
import { describe, expect, test } from 'vitest';
import { expectPrecision } from './expectPrecision';
import { findBlas, type BlasSearch } from './findBlas';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const able = { maker: 'intel', bfloat16: true } as const;
const epyc = { ...able, maker: 'amd' } as const;
const openblas: BlasSearch = {
  blas: { name: 'openblas', path: 'libopenblas.so.0', description: 'OpenBLAS 0.3.21' },
  reason: '',
};

function refusal(...given: Parameters<typeof expectPrecision>): string {
  try {
    expectPrecision(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(BackendError);
    return (error as BackendError).message;
  }
  return 'taken';
}

describe('expectPrecision', () => {
  test('float32 is everywhere', () => {
    const none = { blas: null, reason: 'none is here' };
    expect(refusal('float32', none, { ...able, maker: 'other', bfloat16: false })).toBe('taken');
  });

  test('a processor without bfloat16 is named', () => {
    expect(refusal('bf16', openblas, { ...epyc, bfloat16: false })).toBe(
      'simd: the precision bf16 needs a processor with AMX or AVX-512 BF16, and this one has neither.',
    );
  });

  test('another library than the one needed is named, or why there is none', () => {
    expect(refusal('bf16x3', openblas, able)).toBe(
      'simd: the precision bf16x3 needs MKL to multiply, and here openblas does.',
    );
    expect(refusal('bf16', { blas: null, reason: 'mkl: does not exist' }, able)).toBe(
      'simd: the precision bf16 needs MKL to multiply, and here no library does (mkl: does not exist).',
    );
  });

  const mkl = findBlas(memory, { wanted: 'mkl' });
  test.skipIf(mkl.blas === null)(
    `MKL has both, on Intel alone${mkl.blas === null ? ' (needs mkl)' : ''}`,
    () => {
      expect(refusal('bf16', mkl, able)).toBe('taken');
      expect(refusal('bf16x3', mkl, able)).toBe('taken');
      expect(refusal('bf16', mkl, epyc)).toBe(
        'simd: the precision bf16 needs oneDNN to multiply, and here mkl does.',
      );
    },
  );

  const onednn = findBlas(memory, { wanted: 'onednn' });
  test.skipIf(onednn.blas === null)(
    `oneDNN has both, on every maker’s processor${onednn.blas === null ? ' (needs onednn)' : ''}`,
    () => {
      for (const processor of [able, epyc]) {
        expect(refusal('bf16', onednn, processor)).toBe('taken');
        expect(refusal('bf16x3', onednn, processor)).toBe('taken');
      }
    },
  );

  const other = findBlas(memory, { wanted: 'openblas' });
  test.skipIf(other.blas === null)(
    `a library that only calls itself MKL or oneDNN is refused${other.blas === null ? ' (needs openblas)' : ''}`,
    () => {
      const renamed = { blas: { ...other.blas!, name: 'mkl' }, reason: '' };
      expect(refusal('bf16', renamed, able)).toContain('needs MKL of 2021 or later');
      const asOnednn = { blas: { ...other.blas!, name: 'onednn' }, reason: '' };
      expect(refusal('bf16', asOnednn, able)).toContain('needs oneDNN of 2021 or later');
    },
  );
});
