import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const train = [
  'the clock in the tower struck N',
  'the clock was slow and the train was late',
  'the train left the station at N',
  'a man at the station asked for a <unk>',
  'the man was late and the <unk> was slow',
  'she left the tower and asked for the train',
  'a <unk> in the tower was cold',
  'the station was cold and she was late',
  'N men left the station in the cold',
  'the men asked the man for the clock',
  'she struck the clock and the clock struck N',
  'the tower at the station was slow',
];

const valid = [
  'the man left the tower at N',
  'the <unk> was late and she was cold',
  'a clock in the station struck N',
];

const test = [
  'she asked the men for a train',
  'the train was slow and the station was cold',
  'a man in the tower struck the <unk>',
];

/** The sentences of the tiny corpus, words apart by one space; valid and test add no type. */
export const tinySentences = { train, valid, test } as const;

export interface TinyPtbOptions {
  /** How often the training sentences are written one after another; 1 unless given. */
  repeats?: number;
  /** The files' names; Mikolov's unless given. */
  files?: { train: string; valid: string; test: string };
}

/**
 * Writes a text corpus in the layout of the Penn Treebank's files into a new temporary folder: one
 * sentence a line, each line begun and ended with a space, `<unk>` and `N` among the words.
 *
 * @returns the folder and a function that removes it.
 */
export function writeTinyPtb({ repeats = 1, files }: TinyPtbOptions = {}): {
  folder: string;
  remove: () => void;
} {
  const names = files ?? {
    train: 'ptb.train.txt',
    valid: 'ptb.valid.txt',
    test: 'ptb.test.txt',
  };
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-tiny-ptb-'));
  const write = (name: string, sentences: readonly string[]): void => {
    writeFileSync(join(folder, name), sentences.map((sentence) => ` ${sentence} \n`).join(''));
  };
  write(names.train, Array.from({ length: repeats }, () => train).flat());
  write(names.valid, valid);
  write(names.test, test);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
