import { array64, at, axis, map64, put, reshape64, type Array64 } from '../array64';
import { product } from './arithmetic';

/**
 * Weight normalization of V [I, F] with gain [F]: W[:, f] = gain[f] · V[:, f] / ‖V[:, f]‖.
 *
 * @see Salimans and Kingma 2016, equation 2.
 */
export function normalizeWeights(weights: Array64, gain: Array64): Array64 {
  const features = axis(weights, 1);
  const squares = array64([features]);
  weights.data.forEach((value, i) => {
    const f = i % features;
    put(squares, at(squares, f) + value ** 2, f);
  });
  return map64(weights, (value, i) => {
    const f = i % features;
    return (at(gain, f) * value) / Math.sqrt(at(squares, f));
  });
}

/**
 * A product whose input is whitened, a = (x − c)·U·V + d, as weights U·V [I, F] and an addend −c·U·V [F] beside d.
 *
 * @param weights  V [I, F].
 * @param mean     c [1, I].
 * @param matrix   U [1, I, I].
 * @see Desjardins et al. 2015, algorithm 1.
 */
export function whitenInput(
  weights: Array64,
  { mean, matrix }: { mean: Array64; matrix: Array64 },
): { weights: Array64; offset: Array64 } {
  const [inputs, features] = [axis(weights, 0), axis(weights, 1)];
  const whole = product(reshape64(matrix, [inputs, inputs]), weights);
  const offset = map64(product(mean, whole), (value) => -value);
  return { weights: whole, offset: reshape64(offset, [features]) };
}
