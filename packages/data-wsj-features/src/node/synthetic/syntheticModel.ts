import { expectNumber, randomStream, UsageError } from '@bnrnn/core';

/** States of a phone, left to right. */
export const statesPerPhone = 3;

/** The chance to stay in a state for another frame: 3 frames a state on average. */
export const selfLoop = 2 / 3;

/** A line of the transition model's table. */
interface TransitionState {
  /** From 1, as Kaldi numbers phones. */
  readonly phone: number;
  readonly state: number;
  readonly pdf: number;
}

/** A source of speech-like data: phones in random order, each three states left to right. */
export interface SyntheticModel {
  readonly phones: number;
  readonly classes: number;
  readonly columns: number;
  /** In the order of their pdfs: transition-ids are numbered along it, the self-loop before the way on. */
  readonly table: readonly TransitionState[];
  /** The pdf of a phone's state after another phone; phones count from 1. */
  pdfOf(phone: number, state: number, before: number): number;
  /** float32 [classes, columns]: the mean of each pdf's features. */
  readonly means: Float32Array;
}

export interface SyntheticModelOptions {
  readonly phones: number;
  readonly classes: number;
  readonly columns: number;
  /** How far the means of different states lie apart, in standard deviations of the noise a feature. */
  readonly separation: number;
  readonly seed: number;
}

/** The share of a mean that depends on the phone before. */
const contextShare = 0.6;

/**
 * Draws the means of a synthetic source. A state of a phone has `classes / (3·phones)` pdfs, and the phone
 * before decides which: as clustered triphones, they cannot be told without what came earlier.
 *
 *   mean = separation · (normal of the state + 0.6 · normal of the pdf)
 *
 * @throws UsageError where there are fewer classes than states.
 */
export function syntheticModel(options: SyntheticModelOptions): SyntheticModel {
  const { phones, classes, columns, separation, seed } = options;
  const whole = { integer: true, min: 1 };
  expectNumber('synthesizeSpeech: phones', phones, whole);
  expectNumber('synthesizeSpeech: columns', columns, whole);
  expectNumber('synthesizeSpeech: separation', separation, { above: 0 });
  const states = phones * statesPerPhone;
  if (!Number.isInteger(classes) || classes < states) {
    throw new UsageError(
      `synthesizeSpeech: classes is ${classes}, expected at least ${states}: one for each state of ${phones} phones.`,
    );
  }
  // The first pdf of each state; the last entry is the count.
  const firsts = Array.from({ length: states + 1 }, (_, i) => Math.floor((i * classes) / states));
  const table = Array.from({ length: states }, (_, index) => index).flatMap((index) =>
    Array.from({ length: (firsts[index + 1] ?? 0) - (firsts[index] ?? 0) }, (_, k) => ({
      phone: 1 + Math.floor(index / statesPerPhone),
      state: index % statesPerPhone,
      pdf: (firsts[index] ?? 0) + k,
    })),
  );
  const shared = randomStream('synthetic.states', seed);
  const own = randomStream('synthetic.pdfs', seed);
  const means = new Float32Array(classes * columns);
  for (const { phone, state, pdf } of table) {
    const ofState = shared.normal(columns, 0, separation, phone * statesPerPhone + state);
    const ofPdf = own.normal(columns, 0, contextShare * separation, pdf);
    means.set(
      ofState.map((value, c) => value + (ofPdf[c] ?? 0)),
      pdf * columns,
    );
  }
  return {
    phones,
    classes,
    columns,
    table,
    means,
    pdfOf(phone, state, before) {
      const index = (phone - 1) * statesPerPhone + state;
      const first = firsts[index] ?? 0;
      return first + (before % ((firsts[index + 1] ?? 0) - first));
    },
  };
}
