/** A labelled stretch of a recording, in samples. */
export interface Segment {
  /** Its first sample. */
  readonly begin: number;
  /** One past its last sample. */
  readonly end: number;
  readonly label: string;
}
