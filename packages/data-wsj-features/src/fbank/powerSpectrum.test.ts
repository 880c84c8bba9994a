import { describe, expect, it } from 'vitest';
import { powerSpectrum } from './powerSpectrum';

describe('powerSpectrum', () => {
  it.each([2, 8, 12, 64, 200, 512])('is |DFT|² for %i values', (size) => {
    const values = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i + 1) * (i + 2));
    const points = powerSpectrum(size)(values);
    expect(points.length).toBe(size / 2 + 1);
    points.forEach((power, k) => {
      let real = 0;
      let imaginary = 0;
      values.forEach((value, i) => {
        const angle = (2 * Math.PI * ((i * k) % size)) / size;
        real += value * Math.cos(angle);
        imaginary += value * Math.sin(angle);
      });
      const expected = real * real + imaginary * imaginary;
      expect(Math.abs(power - expected)).toBeLessThan(1e-9 * (1 + expected));
    });
  });
});
