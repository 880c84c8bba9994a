import { join, relative, resolve } from 'node:path';
import { UsageError } from '@bnrnn/core';
import { synthesizeSpeech, type SynthesizeSpeechOptions } from '@bnrnn/data-wsj-features/node';
import { Option, type Command } from 'commander';
import { numberFlag, wholeFlag } from '../flags';
import { withoutLeftovers } from '../interruption';
import type { Io } from '../io';

interface SynthesizeFlags extends Omit<SynthesizeSpeechOptions, 'hours' | 'onUtterance'> {
  readonly hours?: number;
  readonly out?: string;
}

/** `features synthesize --hours N --out DIR`: speech-like data of any size, to try things at scale. */
export function addSynthesize(features: Command, io: Io): void {
  const whole = (flag: string, what: string): Option =>
    new Option(`${flag} <n>`, what).argParser(wholeFlag(flag, 1));
  features
    .command('synthesize')
    .description('write speech-like features, alignments and a model, as many hours as asked for')
    .addOption(
      new Option('--hours <n>', "of training data; WSJ's si284 has 81").argParser(
        numberFlag('--hours', { above: 0 }),
      ),
    )
    .option('--out <dir>', 'where to write data/, fbank/ and exp/')
    .addOption(
      new Option('--dev-hours <n>', 'of validation data (default: a fiftieth)').argParser(
        numberFlag('--dev-hours', { above: 0 }),
      ),
    )
    .addOption(whole('--columns', 'values of a frame (default: 23)'))
    .addOption(whole('--classes', 'pdf-ids (default: 3546)'))
    .addOption(whole('--phones', 'phones (default: 42)'))
    .addOption(whole('--median-frames', 'of an utterance (default: 720)'))
    .addOption(whole('--jobs', 'training archives (default: 8)'))
    .addOption(
      new Option('--seed <n>', 'of everything drawn').argParser(wholeFlag('--seed', 0)).default(1),
    )
    .action(async ({ hours, out, ...options }: SynthesizeFlags) => {
      if (hours === undefined || out === undefined) {
        const missing = hours === undefined ? '--hours' : '--out';
        throw new UsageError(`features synthesize needs ${missing}.`, {
          hint: 'For example: features synthesize --hours 1 --out synthetic.',
        });
      }
      const made = await withoutLeftovers(() =>
        synthesizeSpeech(out, {
          ...options,
          hours,
          onUtterance: (done, of) => {
            if (done % 2000 === 0) io.note(`${done} of ${of} utterances`);
          },
        }),
      );
      const { frames, utterances } = made;
      // As the folder was named, so that the next command can take it over.
      const shown = (path: string): string => join(out, relative(resolve(out), path));
      io.out(`${shown(made.train)}: ${utterances.train} utterances, ${frames.train} frames`);
      io.out(`${shown(made.dev)}: ${utterances.dev} utterances, ${frames.dev} frames`);
      io.out(`alignments and their final.mdl: ${made.alignments.map(shown).join(', ')}`);
    });
}
