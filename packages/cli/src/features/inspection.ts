/** What `features inspect` finds; the fields of its `--json`. */
export interface Inspection extends Lengths {
  readonly path: string;
  readonly utterances: number;
  readonly speakers: number;
  /** Values of a frame. */
  readonly columns: number;
  /** True where the directory has speaker statistics. */
  readonly speakerStatistics: boolean;
  /** True where every value was looked at, not only every header. */
  readonly valuesRead: boolean;
  /** Utterances that the directory lists and that cannot be used, e.g. of speakers without statistics. */
  readonly dropped: readonly Dropped[];
  readonly join?: {
    readonly classes: number;
    readonly utterances: number;
    readonly frames: number;
    /** Utterances of which the last frames of features or alignment have no counterpart. */
    readonly shortened: number;
    readonly dropped: readonly Dropped[];
  };
}

export interface Dropped {
  readonly key: string;
  readonly reason: string;
  /** The numbers or the sentence behind the reason, where it has any. */
  readonly detail?: string;
}

export interface Lengths {
  readonly frames: number;
  /** At 100 frames a second, as Kaldi's defaults have it. */
  readonly hours: number;
  readonly shortest: number;
  readonly median: number;
  readonly longest: number;
  /** Utterances of `from` to below `to` frames. */
  readonly histogram: readonly { from: number; to: number; utterances: number }[];
}

const framesPerHour = 360_000;
const mostRows = 14;

/** Sums, extremes and a histogram of utterance lengths, in rows of a round width. */
export function lengthsOf(lengths: readonly number[]): Lengths {
  const sorted = [...lengths].sort((a, b) => a - b);
  const longest = sorted.at(-1) ?? 0;
  const frames = sorted.reduce((sum, length) => sum + length, 0);
  const width = roundWidth((longest + 1) / mostRows);
  const histogram = Array.from({ length: Math.floor(longest / width) + 1 }, (_, row) => ({
    from: row * width,
    to: (row + 1) * width,
    utterances: 0,
  }));
  for (const length of sorted) {
    const row = histogram[Math.floor(length / width)];
    if (row !== undefined) row.utterances++;
  }
  return {
    frames,
    hours: frames / framesPerHour,
    shortest: sorted[0] ?? 0,
    median: sorted[sorted.length >> 1] ?? 0,
    longest,
    histogram,
  };
}

/** The smallest of 1, 2, 5, 10, 20, 50, ... that is not below `least`. */
function roundWidth(least: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
  }
}
