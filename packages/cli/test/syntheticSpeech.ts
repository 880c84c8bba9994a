import { join } from 'node:path';
import { synthesizeSpeech } from '@bnrnn/data-wsj-features/node';

/** Small speech-like data in `FOLDER/synthetic`: 24 classes, about 90 utterances to train on. */
export async function syntheticSpeech(folder: string): Promise<void> {
  await synthesizeSpeech(join(folder, 'synthetic'), {
    hours: 0.02,
    devHours: 0.004,
    columns: 6,
    classes: 24,
    phones: 8,
    separation: 1,
    medianFrames: 80,
    jobs: 2,
    seed: 5,
  });
}

/** The flags that name its files, from the folder it was made in. */
export const speechFiles = [
  ...['--train', 'synthetic/data/train', '--dev', 'synthetic/data/dev'],
  ...['--alignments', 'synthetic/exp/ali_train', 'synthetic/exp/ali_dev'],
] as const;

/** A run of two epochs that takes a few seconds. */
export function trainSpeech(preset: string, out: string, ...more: string[]): string[] {
  return [
    ...['train', preset, ...speechFiles, '--backend', 'wasm', '--out', out, '--json'],
    ...['--set', 'model.units=8', '--set', 'schedule.maxSteps=0', '--epochs', '2'],
    ...['--set', 'optimizer.learningRate=0.003', '--set', 'checkpoints.everySteps=3'],
    ...more,
  ];
}
