import { describe, expect, test } from 'vitest';
import { findBlas, placesOnWindows } from './findBlas';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

describe('findBlas', () => {
  test('none means none', () => {
    expect(findBlas(memory, 'none')).toEqual({ blas: null, reason: 'BNRNN_BLAS=none' });
  });

  test('names the library that cannot be opened', () => {
    const { blas, reason } = findBlas(memory, 'libno-such-blas.so.9');
    expect(blas).toBeNull();
    expect(reason).toContain('libno-such-blas.so.9');
  });

  test('a path that does not exist is said to be missing', () => {
    const { blas, reason } = findBlas(memory, '/no/such/libopenblas.so');
    expect(blas).toBeNull();
    expect(reason).toBe('/no/such/libopenblas.so: does not exist');
  });

  test.runIf(process.platform === 'linux')('a library without a BLAS in it is refused', () => {
    const { blas, reason } = findBlas(memory, 'libm.so.6');
    expect(blas).toBeNull();
    expect(reason).toContain('cblas_sgemm');
  });

  const found = findBlas(memory);
  test.skipIf(found.blas === null)('finds a BLAS (needs one, e.g. libopenblas0)', () => {
    expect(found.reason).toBe('');
    expect(found.blas?.name).toMatch(/^(openblas|mkl|blis|accelerate)$/);
    expect(found.blas?.description).not.toBe('');
  });
});

test('on Windows libraries are looked for by whole paths only', () => {
  expect(placesOnWindows({ CONDA_PREFIX: 'C:\\conda', MKLROOT: 'mkl' })).toEqual([
    { name: 'openblas', path: 'C:\\conda\\Library\\bin\\openblas.dll' },
    { name: 'mkl', path: 'C:\\conda\\Library\\bin\\mkl_rt.2.dll' },
  ]);
  expect(placesOnWindows({})).toEqual([]);
});
