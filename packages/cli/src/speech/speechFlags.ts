import {
  expectOneOf,
  UsageError,
  badUtteranceRules,
  type BadUtteranceRule,
  type SpeechFiles,
} from '@bnrnn/core';
import { readOverride, type Override } from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import { wholeFlag } from '../flags';

/** Where the data of a frame classifier lies and how its features are changed. */
export interface SpeechFlags {
  readonly train?: string;
  readonly dev?: string;
  readonly alignments?: readonly string[];
  readonly model?: string;
  readonly symbols?: string;
  readonly root?: string;
  readonly badUtterances?: string;
  readonly cmvn?: string;
  readonly deltas?: number;
}

/** What a frame classifier has to be told. */
export const speechNeeds =
  'Name the data directories and alignments: --train DIR --dev DIR --alignments DIR [--model FILE].';

/** Adds the flags that name the files of a frame classifier. */
export function addFileFlags(command: Command): Command {
  return command
    .option('--train <dir>', 'speech: the data directory to train on (feats.scp, utt2spk, ...)')
    .option('--dev <dir>', 'speech: the data directory to validate on')
    .option(
      '--alignments <dir...>',
      'speech: alignment directories (ali.*.gz), or files of pdf-ids',
    )
    .option(
      '--model <file>',
      'speech: the transition model, where no final.mdl lies with the alignments',
    )
    .option(
      '--symbols <file>',
      'speech: phones.txt, where text files of alignments have names, not numbers',
    )
    .option('--root <dir>', 'speech: where relative paths of scp files are looked for first')
    .addOption(badUtterancesOption());
}

/** `--bad-utterances`, which `posteriors` has too. */
export function badUtterancesOption(): Option {
  return new Option(
    '--bad-utterances <rule>',
    'speech: refuse features that cannot be used (default), or drop those utterances',
  );
}

/** @throws UsageError for a rule that is none. */
export function badUtteranceRule(value: string): BadUtteranceRule {
  return expectOneOf('--bad-utterances', value, badUtteranceRules);
}

/** Adds the flags that change features: short for `--set data.cmvn` and `--set data.deltas`. */
export function addTransformFlags(command: Command): Command {
  return command
    .option('--cmvn <choice>', 'speech: none, mean or mean-variance, of each speaker by cmvn.scp')
    .addOption(
      new Option('--deltas <n>', 'speech: orders of time differences (default: 2)').argParser(
        wholeFlag('--deltas', 0),
      ),
    );
}

/** What `--cmvn` and `--deltas` are short for. */
export function transformOverrides({ cmvn, deltas }: SpeechFlags): readonly Override[] {
  return [
    ...(cmvn === undefined ? [] : [readOverride(`data.cmvn=${cmvn}`)]),
    ...(deltas === undefined ? [] : [readOverride(`data.deltas=${deltas}`)]),
  ];
}

/**
 * The files that the flags name, those of `stored` where a flag is left out.
 *
 * @throws UsageError naming the flag that is missing.
 */
export function speechFiles(flags: SpeechFlags, stored?: SpeechFiles): SpeechFiles {
  // Labels are transition-ids or names: naming one way now leaves the other behind.
  const model = flags.model ?? (flags.symbols === undefined ? stored?.model : undefined);
  const symbols = flags.symbols ?? (flags.model === undefined ? stored?.symbols : undefined);
  const root = flags.root ?? stored?.root;
  const badUtterances =
    flags.badUtterances === undefined
      ? stored?.badUtterances
      : badUtteranceRule(flags.badUtterances);
  return {
    train: needed('--train', flags.train ?? stored?.train),
    dev: needed('--dev', flags.dev ?? stored?.dev),
    alignments: [...needed('--alignments', flags.alignments ?? stored?.alignments)],
    ...(model !== undefined && { model }),
    ...(symbols !== undefined && { symbols }),
    ...(root !== undefined && { root }),
    ...(badUtterances !== undefined && { badUtterances }),
  };
}

function needed<Value>(flag: string, value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw new UsageError(`A frame classifier needs ${flag}.`, { hint: speechNeeds });
}

/** The flags of a frame classifier's data, by name. */
export const speechFlagNames = [
  'train',
  'dev',
  'alignments',
  'model',
  'symbols',
  'root',
  'badUtterances',
  'cmvn',
  'deltas',
] as const satisfies readonly (keyof SpeechFlags)[];
