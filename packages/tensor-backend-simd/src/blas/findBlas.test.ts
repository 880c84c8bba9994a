import { describe, expect, test } from 'vitest';
import { byPreference, findBlas } from './findBlas';

const descriptions = {
  openblas: /^OpenBLAS \d/,
  onednn: /^oneDNN \d+\.\d+\.\d+, instructions 0x[0-9a-f]+$/,
  mkl: /^Intel.* Version \d+/,
};
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

describe('findBlas', () => {
  test('none means none', () => {
    expect(findBlas(memory, { wanted: 'none' })).toEqual({ blas: null, reason: 'BNRNN_BLAS=none' });
  });

  test('names the library that cannot be opened', () => {
    const { blas, reason } = findBlas(memory, { wanted: 'libno-such-blas.so.9' });
    expect(blas).toBeNull();
    expect(reason).toContain('libno-such-blas.so.9');
  });

  test('a path that does not exist is said to be missing', () => {
    const { blas, reason } = findBlas(memory, { wanted: '/no/such/libopenblas.so' });
    expect(blas).toBeNull();
    expect(reason).toBe('/no/such/libopenblas.so: does not exist');
  });

  test.runIf(process.platform === 'linux')('a library without a BLAS in it is refused', () => {
    const { blas, reason } = findBlas(memory, { wanted: 'libm.so.6' });
    expect(blas).toBeNull();
    expect(reason).toContain('cblas_sgemm');
  });

  const found = findBlas(memory);
  test.skipIf(found.blas === null)('finds a BLAS (needs one, e.g. libopenblas0)', () => {
    expect(found.reason).toBe('');
    expect(found.blas?.name).toMatch(/^(openblas|onednn|mkl|blis|accelerate)$/);
    expect(found.blas?.description).not.toBe('');
  });

  describe.each(['openblas', 'onednn', 'mkl'] as const)('%s', (name) => {
    const { blas } = findBlas(memory, { wanted: name });
    const needs = blas === null ? ` (needs ${name})` : '';
    test.skipIf(blas === null)(`is found by its name, and by what a run kept of it${needs}`, () => {
      expect(blas?.name).toBe(name);
      expect(blas?.description).toMatch(descriptions[name]);
      const again = findBlas(memory, { before: blas!.description }).blas;
      expect([again?.name, again?.description]).toEqual([name, blas!.description]);
    });
  });

  test('a run that had none goes on without, and one whose library is gone takes the best', () => {
    expect(findBlas(memory, { before: null }).blas).toBeNull();
    const best = findBlas(memory, { before: 'OpenBLAS 0.0.1' }).blas;
    expect(best?.description).toBe(found.blas?.description);
  });
});

test('the order is that of the processor’s maker', () => {
  const sources = ['openblas', 'mkl', 'blis', 'openblas', 'onednn'].map((name, i) => ({
    name,
    path: `/${i}`,
  }));
  const orderOn = (maker: 'intel' | 'amd' | 'other') =>
    byPreference(sources, { maker, bfloat16: false }).map(({ path }) => path);
  expect(orderOn('intel')).toEqual(['/1', '/0', '/3', '/2', '/4']);
  expect(orderOn('amd')).toEqual(['/0', '/3', '/4', '/2', '/1']);
  expect(orderOn('other')).toEqual(['/0', '/3', '/2', '/1', '/4']);
});
