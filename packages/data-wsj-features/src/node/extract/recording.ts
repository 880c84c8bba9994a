/** A recording of one utterance, or one that holds it, and who speaks. */
export interface Recording {
  /** The utterance's key, without white space. */
  readonly utterance: string;
  readonly speaker: string;
  /** A WAV or SPHERE file, `ARCHIVE:OFFSET`, or a command that ends in `|` and writes one. */
  readonly path: string;
  /** The part of the recording that is the utterance; all of it where it is left out. */
  readonly part?: RecordingPart;
  /** A file of time-aligned labels in the layout of TIMIT's `.phn`. */
  readonly labels?: string;
}

/** A stretch of a recording: a line of Kaldi's `segments`. */
export interface RecordingPart {
  /** The key of the recording in `wav.scp`, without white space. */
  readonly recording: string;
  /** Seconds. */
  readonly begin: number;
  /** Seconds; up to the end of the recording where it is left out. */
  readonly end?: number;
  /** From 0, as Kaldi counts; left out, the channel that is chosen for all recordings. */
  readonly channel?: number;
}
