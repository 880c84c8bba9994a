import { readOverride, type Override } from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import { wholeFlag } from '../flags';

/** How the text of a language model is read. */
export interface CorpusFlags {
  readonly level?: string;
  readonly split?: string;
  readonly vocabularySize?: number;
  readonly minCount?: number;
}

/** Adds the flags that say how a text is read: short for `--set data.level` and so on. */
export function addCorpusFlags(command: Command): Command {
  return command
    .option('--level <level>', 'word or character: what a token of the text is (default: word)')
    .option(
      '--split <shares>',
      'cut one text into train, valid and test, e.g. 90,5,5 (default: three files)',
    )
    .addOption(
      new Option(
        '--vocabulary-size <n>',
        'keep the n most frequent types, <unk> and <eos> among them',
      ).argParser(wholeFlag('--vocabulary-size', 3)),
    )
    .addOption(
      new Option('--min-count <n>', 'types seen less often in train are <unk>').argParser(
        wholeFlag('--min-count', 1),
      ),
    );
}

const paths = {
  level: 'data.level',
  split: 'data.split',
  vocabularySize: 'data.vocabularySize',
  minCount: 'data.minCount',
} as const satisfies Record<keyof CorpusFlags, string>;

/** The flags of a text, by name. */
export const corpusFlagNames = Object.keys(paths) as (keyof CorpusFlags)[];

/** What the flags are short for. */
export function corpusOverrides(flags: CorpusFlags): readonly Override[] {
  return corpusFlagNames.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [readOverride(`${paths[name]}=${value}`)];
  });
}
