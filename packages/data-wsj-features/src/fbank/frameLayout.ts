import { UsageError } from '@bnrnn/core';

export interface FrameLayoutOptions {
  sampleRate: number;
  /** Milliseconds. */
  frameLength: number;
  /** Milliseconds. */
  frameShift: number;
  snipEdges: boolean;
}

/** Where the frames of a recording lie, in samples. */
export interface FrameLayout {
  /** Samples a frame. */
  readonly length: number;
  /** Samples from the begin of a frame to the begin of the next. */
  readonly shift: number;
  /** The number of frames of a recording. */
  count(samples: number): number;
  /** The first sample of a frame; below zero for the first frames when edges are not snipped. */
  begin(frame: number): number;
  /** The sample in the middle of a frame, begin + floor(length / 2). */
  centre(frame: number): number;
}

/**
 * Kaldi's frames: with snipped edges frame t begins at sample t·shift and only whole frames count,
 * 1 + floor((samples − length) / shift) of them; otherwise frame t has sample t·shift + floor(shift / 2)
 * in its middle and there are floor((samples + floor(shift / 2)) / shift).
 *
 * @throws UsageError when a frame is shorter than 2 samples or a shift than 1.
 */
export function frameLayout(options: FrameLayoutOptions): FrameLayout {
  const { sampleRate, frameLength, frameShift, snipEdges } = options;
  const length = wholeSamples(sampleRate, frameLength);
  const shift = wholeSamples(sampleRate, frameShift);
  if (length < 2 || shift < 1) {
    throw new UsageError(
      `frameLayout: frames of ${frameLength} ms every ${frameShift} ms are ${length} samples every ${shift} at ${sampleRate} Hz, expected at least 2 every 1.`,
    );
  }
  const half = Math.floor(length / 2);
  const halfShift = Math.floor(shift / 2);
  const begin = (frame: number): number => frame * shift + (snipEdges ? 0 : halfShift - half);
  return {
    length,
    shift,
    count: (samples) =>
      snipEdges
        ? Math.max(0, 1 + Math.floor((samples - length) / shift))
        : Math.floor((samples + halfShift) / shift),
    begin,
    centre: (frame) => begin(frame) + half,
  };
}

/** Cut as Kaldi cuts: single-precision settings, double-precision product. */
function wholeSamples(sampleRate: number, milliseconds: number): number {
  return Math.trunc(Math.fround(sampleRate) * 0.001 * Math.fround(milliseconds));
}
