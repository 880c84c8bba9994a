import { expectNumber, expectOneOf, UsageError } from '@bnrnn/core';

export const windowKinds = [
  'povey',
  'hamming',
  'hanning',
  'sine',
  'rectangular',
  'blackman',
] as const;
export type WindowKind = (typeof windowKinds)[number];

/** Kaldi's options of `compute-fbank-feats`, with its defaults. */
export interface FilterbankOptions {
  /** Samples a second, default 16,000; a recording of another rate is refused, none is resampled. */
  sampleRate?: number;
  /** Milliseconds, default 25; cut to whole samples. */
  frameLength?: number;
  /** Milliseconds, default 10; cut to whole samples. */
  frameShift?: number;
  /** Standard deviation of the noise added to each frame's int16-scaled samples, default 1; 0 adds none. */
  dither?: number;
  /** Of the noise, default 0. */
  seed?: number;
  /** x[i] −= preEmphasis·x[i − 1], default 0.97, from 0 to 1. */
  preEmphasis?: number;
  /** Subtract each frame's mean, default true. */
  removeDcOffset?: boolean;
  /** Default `povey`. */
  window?: WindowKind;
  /** Of the `blackman` window, default 0.42. */
  blackmanCoefficient?: number;
  /** Pad a frame with zeros to a power of two before the Fourier transform, default true. */
  roundToPowerOfTwo?: boolean;
  /** Mel filters, default 23, at least 3. */
  bins?: number;
  /** Lower edge of the first filter in Hz, default 20. */
  lowFrequency?: number;
  /** Upper edge of the last filter in Hz; 0 (the default) or below counts from half the sample rate. */
  highFrequency?: number;
  /** Logarithm of the filters' outputs, default true; they are floored at 2^-23 first. */
  log?: boolean;
  /** Power spectrum, default true; otherwise magnitudes. */
  power?: boolean;
  /** The frame's log energy as first column, default false. */
  energy?: boolean;
  /** Energy before pre-emphasis and window, default true. */
  rawEnergy?: boolean;
  /** Smallest energy (not its logarithm), default 0, which is none. */
  energyFloor?: number;
  /**
   * true (default): only frames that lie whole in the recording. false: one frame per shift, rounded, the
   * recording mirrored at its ends.
   */
  snipEdges?: boolean;
}

/**
 * The options with the defaults filled in and everything checked.
 *
 * @throws UsageError naming the option.
 */
export function resolveFilterbankOptions(options: FilterbankOptions): Required<FilterbankOptions> {
  const number = (
    name: keyof FilterbankOptions,
    missing: number,
    bounds: Parameters<typeof expectNumber>[2],
  ): number => expectNumber(`filterbank: ${name}`, options[name] ?? missing, bounds);

  const sampleRate = number('sampleRate', 16_000, { min: 1000, max: 768_000 });
  const nyquist = sampleRate / 2;
  const lowFrequency = number('lowFrequency', 20, { min: 0, below: nyquist });
  const highFrequency = number('highFrequency', 0, { above: -nyquist, max: nyquist });
  const upper = upperFrequency(sampleRate, highFrequency);
  if (upper <= lowFrequency) {
    throw new UsageError(
      `filterbank: highFrequency is ${highFrequency}, that is ${upper} Hz, expected above lowFrequency, ${lowFrequency} Hz.`,
    );
  }
  return {
    sampleRate,
    frameLength: number('frameLength', 25, { above: 0, max: 10_000 }),
    frameShift: number('frameShift', 10, { above: 0, max: 10_000 }),
    dither: number('dither', 1, { min: 0 }),
    seed: number('seed', 0, { integer: true, min: 0 }),
    preEmphasis: number('preEmphasis', 0.97, { min: 0, max: 1 }),
    removeDcOffset: options.removeDcOffset ?? true,
    window: expectOneOf('filterbank: window', options.window ?? 'povey', windowKinds),
    blackmanCoefficient: number('blackmanCoefficient', 0.42, { min: 0, max: 1 }),
    roundToPowerOfTwo: options.roundToPowerOfTwo ?? true,
    bins: number('bins', 23, { integer: true, min: 3, max: 100_000 }),
    lowFrequency,
    highFrequency,
    log: options.log ?? true,
    power: options.power ?? true,
    energy: options.energy ?? false,
    rawEnergy: options.rawEnergy ?? true,
    energyFloor: number('energyFloor', 0, { min: 0 }),
    snipEdges: options.snipEdges ?? true,
  };
}

/** The upper edge of the last filter in Hz. */
export function upperFrequency(sampleRate: number, highFrequency: number): number {
  return highFrequency > 0 ? highFrequency : sampleRate / 2 + highFrequency;
}
