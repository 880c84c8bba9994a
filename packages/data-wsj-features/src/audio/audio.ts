/** One channel of 16-bit sound, as a recording holds it. */
export interface Audio {
  /** Samples a second. */
  readonly sampleRate: number;
  /** int16 [samples], −32,768 to 32,767: what Kaldi takes, not scaled to [−1, 1]. */
  readonly samples: Int16Array;
}
