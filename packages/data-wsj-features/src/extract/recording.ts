/** A recording of one utterance, and who speaks. */
export interface Recording {
  /** The utterance's key, without white space. */
  readonly utterance: string;
  readonly speaker: string;
  /** A WAV or SPHERE file, or a command that ends in `|` and writes one. */
  readonly path: string;
  /** A file of time-aligned labels in the layout of TIMIT's `.phn`. */
  readonly labels?: string;
}
