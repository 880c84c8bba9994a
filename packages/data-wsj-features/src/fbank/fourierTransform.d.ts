declare module 'fourier-transform' {
  /**
   * The spectrum of real input, not normalized: real and imaginary parts from zero to half the sample rate.
   *
   * @param input  its length a power of two, at least 2.
   * @param output  float64 [length / 2 + 1] each.
   */
  export function fft(
    input: Float64Array,
    output: [Float64Array, Float64Array],
  ): [Float64Array, Float64Array];
}
