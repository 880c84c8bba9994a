import { describe, expect, it } from 'vitest';
import { formatNumber } from './formatNumber';

const f32 = Math.fround;

describe('formatNumber', () => {
  // Expected: Python 3.13's '%.7g', which is C's.
  it.each([
    [f32(0.1), '0.1'],
    [f32(1 / 3), '0.3333333'],
    [-3, '-3'],
    [1e6, '1000000'],
    [1e7, '1e+07'],
    [12345678, '1.234568e+07'],
    [33554431, '3.355443e+07'],
    [22623.01171875, '22623.01'],
    [0.0001220703125, '0.0001220703'],
    [0.00001234, '1.234e-05'],
    [2 ** -20, '9.536743e-07'],
    [1.00000049, '1'],
    [f32(-1e-38), '-9.999999e-39'],
    [f32(3.4028235e38), '3.402823e+38'],
    [5e-324, '4.940656e-324'],
    [1e300, '1e+300'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [10.015625, '10.01562'],
    [10.046875, '10.04688'],
    [-10.015625, '-10.01562'],
    [1234566.5, '1234566'],
    [1234567.5, '1234568'],
    [9999999.5, '1e+07'],
    [99999995, '1e+08'],
    [99999985, '9.999998e+07'],
  ])('takes the tie %d to the even digit', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [1.0000005, '1.000001'],
    [9.9999995, '9.999999'],
    [0.00012345675, '0.0001234567'],
    [9.9999995e-5, '9.999999e-05'],
  ])('rounds %d by its binary value, which is no tie', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('writes what is not finite, and the sign of zero', () => {
    expect([NaN, Infinity, -Infinity, 0, -0].map(formatNumber)).toEqual([
      'nan',
      'inf',
      '-inf',
      '0',
      '-0',
    ]);
  });
});
