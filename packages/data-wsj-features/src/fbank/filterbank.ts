import { UsageError } from '@bnrnn/core';
import type { Audio } from '../audio/audio';
import type { Matrix } from '../matrix';
import {
  resolveFilterbankOptions,
  upperFrequency,
  type FilterbankOptions,
} from './filterbankOptions';
import { frameExtractor, smallestEnergy } from './frameExtractor';
import { frameLayout, type FrameLayout } from './frameLayout';
import { melFilters, type MelFilter } from './melFilters';
import { powerSpectrum } from './powerSpectrum';

/** Turns recordings into mel filterbank features. */
export interface Filterbank {
  /** Every option, defaults filled in. */
  readonly options: Readonly<Required<FilterbankOptions>>;
  /** Values a frame: the filters, and one more with energy. */
  readonly columns: number;
  readonly frames: FrameLayout;
  /**
   * The features of one recording, float32 [frames, columns]; no rows when it is shorter than a frame.
   *
   * @param name  the utterance: with dither, the noise is a function of (name, seed, frame) alone.
   * @throws UsageError when the recording has another sample rate, or its samples are no int16.
   */
  compute(audio: Audio, name?: string): Matrix & { readonly data: Float32Array };
}

/**
 * Mel filterbanks as Kaldi's `compute-fbank-feats` makes them, from int16-scaled samples.
 *
 *   frame -> noise -> minus its mean -> pre-emphasis -> window -> |DFT|² -> filters -> logarithm
 *
 * Computed in float64 and rounded once, so that values differ from Kaldi's float32 ones by their rounding:
 * some 2e-6 in speech, up to a few hundredths in bins that hold only rounding noise.
 * Kaldi's VTLN warping, HTK mode and subtraction of means are not there.
 *
 * @throws UsageError naming the option that cannot be used.
 * @see Kaldi, src/feat: `feature-window`, `mel-computations`, `feature-fbank`.
 */
export function filterbank(options: FilterbankOptions = {}): Filterbank {
  const resolved = resolveFilterbankOptions(options);
  const { bins, sampleRate, energy } = resolved;
  const layout = frameLayout(resolved);
  const size = transformSize(layout.length, resolved.roundToPowerOfTwo);
  const high = upperFrequency(sampleRate, resolved.highFrequency);
  const filters = melFilters({ bins, sampleRate, size, low: resolved.lowFrequency, high });
  const extractor = frameExtractor(resolved, layout);
  const spectrum = powerSpectrum(size);
  const columns = bins + (energy ? 1 : 0);
  const logFloor = resolved.energyFloor > 0 ? Math.log(resolved.energyFloor) : -Infinity;

  return {
    options: resolved,
    columns,
    frames: layout,
    compute(audio, name = '') {
      if (audio.sampleRate !== sampleRate) {
        throw new UsageError(
          `filterbank: the recording has ${audio.sampleRate} samples a second, expected ${sampleRate}.`,
          {
            hint: `Set sampleRate to ${audio.sampleRate}, or resample: sox FILE -r ${sampleRate} OUT.wav`,
          },
        );
      }
      if (!((audio.samples as unknown) instanceof Int16Array)) {
        throw new UsageError('filterbank: samples are not an Int16Array.', {
          hint: 'Kaldi takes 16-bit samples: scale ones in [−1, 1] by 32,768 and round them.',
        });
      }
      const rows = layout.count(audio.samples.length);
      const data = new Float32Array(rows * columns);
      const extract = extractor(audio.samples, name);
      const frame = new Float64Array(size);
      for (let row = 0; row < rows; row++) {
        const logEnergy = extract(row, frame);
        const points = spectrum(frame);
        if (!resolved.power) takeRoots(points);
        let at = row * columns;
        if (energy) data[at++] = Math.max(logEnergy, logFloor);
        for (const filter of filters) {
          const value = applyFilter(filter, points);
          data[at++] = resolved.log ? Math.log(Math.max(value, smallestEnergy)) : value;
        }
      }
      return { rows, columns, data };
    },
  };
}

function transformSize(length: number, roundToPowerOfTwo: boolean): number {
  if (roundToPowerOfTwo) return 2 ** Math.ceil(Math.log2(length));
  if (length % 2 === 0) return length;
  throw new UsageError(
    `filterbank: without roundToPowerOfTwo a frame must have an even number of samples, it has ${length}.`,
  );
}

function applyFilter({ first, weights }: MelFilter, points: Float64Array): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += (weights[i] as number) * (points[first + i] as number);
  }
  return total;
}

function takeRoots(points: Float64Array): void {
  for (let i = 0; i < points.length; i++) points[i] = Math.sqrt(points[i] as number);
}
