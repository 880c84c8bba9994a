import { randomStream } from '@bnrnn/core';
import { selfLoop, statesPerPhone, type SyntheticModel } from './syntheticModel';

/** One utterance of a synthetic source. */
export interface SyntheticUtterance {
  /** float32 [frames, columns]. */
  readonly features: Float32Array;
  /** Transition-ids, one a frame, from 1. */
  readonly alignment: Int32Array;
}

/** Silence, at both ends of every utterance. */
const silence = 1;

/** The standard deviation of what a speaker adds to every feature: normalization takes it out. */
const speakerDeviation = 0.5;

/**
 * Draws an utterance: silence, random phones, silence, until it has `frames` frames; each phone goes through
 * its states from left to right and stays in each for a while.
 *
 *   x_t = mean of the pdf at t + offset of the speaker + standard normal noise
 *
 * @param number   the utterance's number: of one seed, the same number is the same utterance.
 * @param speaker  the speaker's number.
 */
export function sampleUtterance(
  model: SyntheticModel,
  {
    seed,
    number,
    speaker,
    frames,
  }: { seed: number; number: number; speaker: number; frames: number },
): SyntheticUtterance {
  const { columns, means } = model;
  const alignment = drawAlignment(model, { seed, number, frames });
  const features = randomStream('synthetic.noise', seed).normal(frames * columns, 0, 1, number);
  const offset = randomStream('synthetic.speakers', seed).normal(
    columns,
    0,
    speakerDeviation,
    speaker,
  );
  for (let t = 0; t < frames; t++) {
    const pdf = ((alignment[t] as number) - 1) >> 1;
    for (let c = 0; c < columns; c++) {
      const i = t * columns + c;
      features[i] =
        (features[i] as number) + (means[pdf * columns + c] as number) + (offset[c] as number);
    }
  }
  return { features, alignment };
}

function drawAlignment(
  model: SyntheticModel,
  { seed, number, frames }: { seed: number; number: number; frames: number },
): Int32Array {
  const alignment = new Int32Array(frames);
  // A phone takes at least one frame a state: these are enough.
  const phones = randomStream('synthetic.phones', seed).words(frames, number);
  const chances = randomStream('synthetic.durations', seed).uniform(frames, 0, 1, number);
  let [phone, before, state, drawn] = [silence, silence, 0, 0];
  for (let t = 0; t < frames; t++) {
    const pdf = model.pdfOf(phone, state, before);
    // The frames that this phone and a silence behind it need at least: no other phone may run to the end.
    const needed = phone === silence ? 0 : 2 * statesPerPhone - state;
    const stays = (chances[t] as number) < selfLoop && frames - t > needed;
    // Two transition-ids a line of the table, the self-loop first.
    alignment[t] = 2 * pdf + (stays ? 1 : 2);
    if (stays) continue;
    state++;
    if (state < statesPerPhone) continue;
    const ends = frames - t < 4 * statesPerPhone;
    [before, state] = [phone, 0];
    phone = ends ? silence : 1 + ((phones[drawn++] as number) % model.phones);
  }
  return alignment;
}
