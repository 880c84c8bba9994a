import { join } from 'node:path';
import { expectNumber, randomStream } from '@bnrnn/core';
import { writeOutput } from '@bnrnn/core/node';
import { stageFolder } from '../extract/stagedFolder';
import { formatTransitionModel } from './formatTransitionModel';
import { syntheticModel } from './syntheticModel';
import { writeSyntheticSet, type PlannedUtterance } from './writeSyntheticSet';

export interface SynthesizeSpeechOptions {
  /** Hours of training data, at 100 frames a second; WSJ's si284 has 81. */
  readonly hours: number;
  /** Hours of validation data; a fiftieth of `hours` when absent. */
  readonly devHours?: number;
  /** Values of a frame; 23 when absent. */
  readonly columns?: number;
  /** pdf-ids; 3,546 when absent, the paper's. */
  readonly classes?: number;
  /** 42 when absent. */
  readonly phones?: number;
  /** How far states lie apart, in standard deviations of the noise; 0.4 when absent. */
  readonly separation?: number;
  /** The median length of an utterance in frames; 720 when absent. */
  readonly medianFrames?: number;
  /** Archives of the training set; 8 when absent. */
  readonly jobs?: number;
  readonly seed: number;
  /** Told after each utterance. */
  readonly onUtterance?: (done: number, of: number) => void;
}

/** What was written, and where. */
export interface SyntheticSpeech {
  readonly train: string;
  readonly dev: string;
  readonly alignments: readonly [string, string];
  readonly model: string;
  readonly frames: { readonly train: number; readonly dev: number };
  readonly utterances: { readonly train: number; readonly dev: number };
}

const framesPerHour = 360_000;

/** The spread of the logarithm of an utterance's length: at the median of 720, 1 in 14 is over 1,300 frames. */
const lengthSpread = 0.4;

/** Utterances of a speaker, as in WSJ. */
const perSpeaker = 130;

/**
 * Writes speech-like data of any size in the form that Kaldi's recipes leave it: `data/train` and `data/dev`
 * (features in `fbank/`, speaker statistics), `exp/ali_train` and `exp/ali_dev` (packed transition-ids) with
 * their `final.mdl`. Features depend on the states of a left-to-right model, those on the phone before.
 *
 * One utterance is in memory at a time. The same options give the same bytes.
 *
 * @param folder  appears when everything is in it; must be empty where it is there.
 * @throws UsageError for options out of range or a folder that holds files; DataError when it cannot be written.
 */
export async function synthesizeSpeech(
  folder: string,
  options: SynthesizeSpeechOptions,
): Promise<SyntheticSpeech> {
  const { hours, devHours = hours / 50, jobs = 8, seed, onUtterance } = options;
  const { columns = 23, classes = 3_546, phones = 42, separation = 0.4 } = options;
  const { medianFrames = 720 } = options;
  expectNumber('synthesizeSpeech: hours', hours, { above: 0 });
  expectNumber('synthesizeSpeech: devHours', devHours, { above: 0 });
  expectNumber('synthesizeSpeech: jobs', jobs, { integer: true, min: 1 });
  expectNumber('synthesizeSpeech: medianFrames', medianFrames, { integer: true, min: 30 });
  const model = syntheticModel({ phones, classes, columns, separation, seed });
  const plans = {
    train: plan('train', hours * framesPerHour, { medianFrames, seed, first: 0 }),
    dev: plan('dev', devHours * framesPerHour, { medianFrames, seed, first: 0x4000_0000 }),
  };
  const total = plans.train.length + plans.dev.length;
  let done = 0;
  const frames = { train: 0, dev: 0 };
  const staged = await stageFolder(folder);
  const { path: root, target } = staged;
  try {
    for (const name of ['train', 'dev'] as const) {
      const utterances = plans[name];
      const each = { root, target, name, jobs: name === 'train' ? jobs : 1, model, seed };
      frames[name] = await writeSyntheticSet(utterances, each, () => onUtterance?.(++done, total));
      const text = formatTransitionModel(model);
      await writeOutput(join(root, 'exp', `ali_${name}`, 'final.mdl'), [text]);
    }
    await staged.commit();
  } catch (error) {
    await staged.abort();
    throw error;
  }
  return {
    train: join(target, 'data', 'train'),
    dev: join(target, 'data', 'dev'),
    alignments: [join(target, 'exp', 'ali_train'), join(target, 'exp', 'ali_dev')],
    model: join(target, 'exp', 'ali_train', 'final.mdl'),
    frames,
    utterances: { train: plans.train.length, dev: plans.dev.length },
  };
}

/** Utterances of log-normal lengths until their frames are enough. */
function plan(
  name: string,
  wanted: number,
  { medianFrames, seed, first }: { medianFrames: number; seed: number; first: number },
): PlannedUtterance[] {
  const lengths = randomStream(`synthetic.lengths.${name}`, seed);
  const plans: PlannedUtterance[] = [];
  const letter = name.charAt(0);
  for (let number = 0, sum = 0; sum < wanted; number++) {
    const [spread = 0] = lengths.normal(1, 0, lengthSpread, number);
    const frames = Math.max(30, Math.round(medianFrames * Math.exp(spread)));
    const speaker = Math.floor(number / perSpeaker);
    const speakerKey = `${letter}${String(speaker).padStart(4, '0')}`;
    const key = `${speakerKey}-${String(number).padStart(6, '0')}`;
    plans.push({
      key,
      speaker: speakerKey,
      speakerNumber: first + speaker,
      number: first + number,
      frames,
    });
    sum += frames;
  }
  return plans;
}
