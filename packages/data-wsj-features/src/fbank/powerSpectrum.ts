// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- packages that read this source see the declaration too
/// <reference path="./fourierTransform.d.ts" />
import { fft } from 'fourier-transform';

/**
 * Makes the function that computes |DFT|² of `size` real values at the points 0 to size / 2, both included.
 *
 * A power of two takes the fast transform, any other size a plain sum, which costs size² a frame.
 *
 * @param size  even, at least 2.
 * @returns a function of float64 [size] into float64 [size / 2 + 1], which the next call overwrites.
 */
export function powerSpectrum(size: number): (values: Float64Array) => Float64Array {
  const real = new Float64Array(size / 2 + 1);
  const imaginary = new Float64Array(size / 2 + 1);
  const transform =
    (size & (size - 1)) === 0
      ? (values: Float64Array): unknown => fft(values, [real, imaginary])
      : plainTransform(size, real, imaginary);
  return (values) => {
    transform(values);
    for (let k = 0; k < real.length; k++) {
      real[k] = (real[k] as number) ** 2 + (imaginary[k] as number) ** 2;
    }
    return real;
  };
}

function plainTransform(
  size: number,
  real: Float64Array,
  imaginary: Float64Array,
): (values: Float64Array) => void {
  const cosines = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sines = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  return (values) => {
    for (let k = 0; k < real.length; k++) {
      let cosineSum = 0;
      let sineSum = 0;
      for (let i = 0, turn = 0; i < size; i++) {
        cosineSum += (values[i] as number) * (cosines[turn] as number);
        sineSum += (values[i] as number) * (sines[turn] as number);
        turn += k;
        if (turn >= size) turn -= size;
      }
      real[k] = cosineSum;
      imaginary[k] = -sineSum;
    }
  };
}
