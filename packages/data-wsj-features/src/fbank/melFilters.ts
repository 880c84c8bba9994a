import { UsageError } from '@bnrnn/core';

/** One triangular filter: its weights over the spectrum from point `first` on. */
export interface MelFilter {
  readonly first: number;
  /** float64, each above 0 and at most 1. */
  readonly weights: Float64Array;
}

export interface MelFiltersOptions {
  /** The number of filters. */
  bins: number;
  sampleRate: number;
  /** Points of the Fourier transform. */
  size: number;
  /** Hz. */
  low: number;
  /** Hz. */
  high: number;
}

/**
 * Triangular filters whose edges lie evenly on the mel scale, 1127·ln(1 + Hz / 700), between two frequencies;
 * each begins at the middle of the one before. The point at half the sample rate belongs to no filter.
 *
 * @throws UsageError when a filter covers no point of the spectrum.
 * @see Kaldi, `MelBanks`.
 */
export function melFilters({ bins, sampleRate, size, low, high }: MelFiltersOptions): MelFilter[] {
  const width = sampleRate / size;
  const mels = Float64Array.from({ length: Math.floor(size / 2) }, (_, i) => mel(width * i));
  const lowest = mel(low);
  const step = (mel(high) - lowest) / (bins + 1);

  return Array.from({ length: bins }, (_, bin) => {
    const left = lowest + bin * step;
    const centre = lowest + (bin + 1) * step;
    const right = lowest + (bin + 2) * step;
    const first = mels.findIndex((value) => value > left);
    let end = first;
    while (first >= 0 && end < mels.length && (mels[end] as number) < right) end++;
    if (end <= first || first < 0) {
      const edges = `${hertz(left).toFixed(0)} to ${hertz(right).toFixed(0)} Hz`;
      throw new UsageError(
        `filterbank: bins is ${bins}, and filter ${bin + 1} (${edges}) covers no point of the spectrum, which has one every ${width.toFixed(1)} Hz.`,
        { hint: 'Take fewer bins, a wider range of frequencies or a longer frame.' },
      );
    }
    const weights = mels
      .slice(first, end)
      .map((value) =>
        value <= centre ? (value - left) / (centre - left) : (right - value) / (right - centre),
      );
    return { first, weights };
  });
}

function mel(frequency: number): number {
  return 1127 * Math.log(1 + frequency / 700);
}

function hertz(mels: number): number {
  return 700 * (Math.exp(mels / 1127) - 1);
}
