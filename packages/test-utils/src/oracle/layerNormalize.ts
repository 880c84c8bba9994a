import { array64, type Array64 } from '../array64';

export interface LayerNormalizeOptions {
  x: Array64;
  gain: Array64;
  shift?: Array64 | undefined;
  groups: number;
  epsilon: number;
  /** Whether the mean is subtracted; true when absent. */
  center?: boolean | undefined;
}

/**
 * Layer normalization of the last axis, split in `groups` equal blocks that are standardized alone.
 *
 *   y[.., f] = gain[f] · (x[.., f] − mean) / sqrt(variance + ε) + shift[f]
 *
 * with mean and biased variance over the block of f; without `center` the mean counts as 0, which is RMS normalization. x and
 * y [..., F], gain and shift [F].
 *
 * @see Ba, Kiros, Hinton 2016, equations 2 to 4; Zhang, Sennrich 2019, equation 4.
 */
export function layerNormalize({
  x,
  gain,
  shift,
  groups,
  epsilon,
  center = true,
}: LayerNormalizeOptions): Array64 {
  const features = x.shape.at(-1) ?? 0;
  const width = features / groups;
  const y = array64(x.shape);
  for (let start = 0; start < x.data.length; start += width) {
    const block = [...x.data.subarray(start, start + width)];
    const mean = center ? block.reduce((sum, value) => sum + value, 0) / width : 0;
    const variance = block.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    block.forEach((value, i) => {
      const f = (start + i) % features;
      const xHat = (value - mean) / Math.sqrt(variance + epsilon);
      const offset = shift === undefined ? 0 : (shift.data[f] as number);
      y.data[start + i] = (gain.data[f] as number) * xHat + offset;
    });
  }
  return y;
}
