import { expect, test } from 'vitest';
import { fasterThan } from './fasterThan';

const intel = { maker: 'intel', bfloat16: true } as const;
const xeon = { platform: 'linux', arch: 'x64', processor: intel, prefix: '/home/me/x' } as const;
const epyc = { ...xeon, processor: { ...intel, maker: 'amd' } } as const;
const mkl = 'python3 -m pip install --prefix /home/me/x mkl';

test('on Intel, MKL', () => {
  expect(fasterThan('mkl', xeon)).toEqual({});
  for (const blas of ['openblas', undefined]) {
    expect(fasterThan(blas, xeon).faster).toEqual({
      what: 'MKL would multiply faster on this processor, with the precisions bf16x3 and bf16 too.',
      command: mkl,
    });
  }
  const old = { ...xeon, processor: { ...intel, bfloat16: false } };
  expect(fasterThan('openblas', old).faster?.what).toBe(
    'MKL would multiply faster on this processor.',
  );
});

test('elsewhere, a BLAS where there is none', () => {
  expect(fasterThan('openblas', epyc)).toEqual({});
  expect(fasterThan(undefined, epyc).faster?.command).toBe('apt-get install -y libopenblas0');
});
