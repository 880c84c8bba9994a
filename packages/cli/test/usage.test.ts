import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bnrnn, newFolder } from './bnrnn';

const folder = newFolder();
writeCorpus('wrong', 'ptb.', 'a line that is not of the Penn Treebank\n');
writeCorpus('small', '', 'one two three\n');
writeCorpus('empty', '', '');
writeCorpus('full', '', 'x\n');
writeCorpus('wide', '', Buffer.from('one two three\n', 'utf16le'));
writeCorpus('piped', '', 'one two three\n');
rmSync(join(folder, 'piped', 'valid.txt'));
execFileSync('mkfifo', [join(folder, 'piped', 'valid.txt')]);
mkdirSync(join(folder, 'tale'));
writeFileSync(
  join(folder, 'tale', 'tale.txt'),
  Array.from({ length: 40 }, (_, i) => `word ${i}\n`).join(''),
);

function writeCorpus(name: string, prefix: string, text: string | Uint8Array): void {
  mkdirSync(join(folder, name));
  for (const split of ['train', 'valid', 'test']) {
    writeFileSync(join(folder, name, `${prefix}${split}.txt`), text);
  }
}

const train = ['train', 'ptb-small-tiny', '--data', 'synthetic', '--out', 'run'];

const speech = ['--train', 'full', '--dev', 'full', '--alignments', 'full'];

/** Arguments, exit status, what the sentence says, what the hint says. */
const failures: [string, string[], number, string, string?][] = [
  ['no corpus', ['train', 'ptb-small-bn'], 2, 'needs --data', 'glosses'],
  ['missing folder', ['train', 'ptb-small', '--data', 'nowhere'], 1, 'nowhere'],
  ['wrong file', ['train', 'ptb-small', '--data', 'wrong'], 1, 'ptb.train.txt'],
  ['empty corpus', ['train', 'ptb-small', '--data', 'empty'], 1, 'is empty'],
  [
    'batch larger than the corpus',
    ['train', 'ptb-small', '--data', 'small'],
    2,
    'The train split of small has 4 tokens and does not fill one batch',
    'Take a longer text',
  ],
  [
    'a corpus that is a pipe',
    ['train', 'ptb-small', '--data', 'piped'],
    1,
    'valid.txt is a pipe',
    'to a file first',
  ],
  [
    'a corpus in another encoding',
    ['train', 'ptb-small', '--data', 'wide'],
    1,
    'has a zero byte on line 1, byte 2 of the file, expected UTF-8 text: it looks like UTF-16LE',
    'iconv -f UTF-16LE -t UTF-8',
  ],
  ['one text uncut', ['train', 'ptb-small', '--data', 'tale'], 1, 'no train split', '--split 90'],
  [
    'rare words',
    ['train', 'ptb-small', '--data', 'tale', '--split', '90,5,5'],
    1,
    "word tokens outside the train split's",
    '--min-count 2',
  ],
  ['shares of nothing', [...train, '--split', '90,10'], 2, 'data.split is "90,10"'],
  ['an unknown level', [...train, '--level', 'byte'], 2, 'data.level is "byte"', 'help'],
  ['a level that a corpus has', [...train, '--level', 'character'], 2, '"synthetic" has this'],
  ['a vocabulary of two', [...train, '--vocabulary-size', '2'], 2, '--vocabulary-size is 2'],
  [
    'unknown preset',
    ['train', 'ptb-smal', '--data', 'synthetic'],
    2,
    'is "ptb-smal", expected one of',
    '"ptb-small"',
  ],
  [
    'unknown recipe',
    [...train, '--recipe', 'zarembo'],
    2,
    '--recipe of a language model is "zarembo"',
    '"zaremba"',
  ],
  ['unknown backend', [...train, '--backend', 'gpu'], 2, '--backend is "gpu"'],
  [
    'backend that cannot run',
    [...train, '--backend', 'node-gpu'],
    1,
    'cannot start: ',
    'nvidia-smi',
  ],
  ['unknown flag', [...train, '--sed', '1'], 2, "Unknown option '--sed'", '--seed'],
  ['unknown command', ['trian'], 2, "Unknown command 'trian'", 'train'],
  ['missing argument', ['train'], 2, "Missing required argument 'preset'", '--help'],
  ['missing value', ['train', 'ptb-small', '--data'], 2, 'argument missing'],
  ['no command', [], 2, ''],
  [
    'unknown --set path',
    [...train, '--set', 'model.unit=3'],
    2,
    'no setting "model.unit"',
    'model.units',
  ],
  ['--set of another type', [...train, '--set', 'model.units=wide'], 2, 'model.units is "wide"'],
  ['number out of range', [...train, '--max-steps', '0'], 2, '--max-steps is 0'],
  ['not a number', [...train, '--seed', 'one'], 2, '--seed is "one"'],
  ['statistics over the sequence', [...train, '--normalize', 'sequence'], 2, 'leak', 'frame'],
  [
    'statistics over the sequence inside the recurrence',
    [...train, '--set', 'model.normalize.hiddenToHidden=sequence'],
    2,
    'inside the recurrence',
  ],
  [
    'folder that holds something',
    [...train.slice(0, -1), 'full'],
    2,
    'full is not empty',
    '--resume',
  ],
  ['--resume without --out', ['train', 'ptb-small', '--resume'], 2, '--resume needs --out'],
  ['--resume of no run', [...train, '--resume'], 1, 'does not exist'],
  ['evaluation of no run', ['evaluate', 'full'], 1, 'is not a run folder'],
  ['report of no run', ['report', 'nowhere'], 1, 'nowhere'],
  ['text of no run', ['generate', 'nowhere'], 1, 'nowhere'],
  ['speech without data', ['train', 'wsj-birnn'], 2, 'needs --train', '--alignments DIR'],
  [
    'speech without alignments',
    ['train', 'wsj-birnn', '--train', 'full', '--dev', 'full'],
    2,
    'needs --alignments',
  ],
  [
    'a corpus of words for speech',
    ['train', 'wsj-birnn', '--data', 'glosses'],
    2,
    '--data is a flag of language models',
    '--train DIR',
  ],
  [
    'characters of speech',
    ['train', 'wsj-birnn', ...speech, '--level', 'character'],
    2,
    '--level is a flag of language models',
    'Name the data directories',
  ],
  ['features for words', [...train, '--deltas', '2'], 2, '--deltas is a flag of frame classifiers'],
  [
    'unknown normalization of features',
    ['train', 'wsj-birnn', ...speech, '--cmvn', 'variance'],
    2,
    'data.cmvn is "variance", expected one of: none, mean, mean-variance',
  ],
  [
    'a recipe of words for speech',
    ['train', 'wsj-birnn', ...speech, '--recipe', 'zaremba'],
    2,
    '--recipe of a frame classifier is "zaremba"',
  ],
  [
    'a setting of words for speech',
    ['train', 'wsj-birnn', ...speech, '--set', 'data.time=20'],
    2,
    'a frame classifier has no setting "data.time"',
  ],
  ['no data directory', ['train', 'wsj-birnn', ...speech], 1, 'full'],
  ['frames of words', ['bench', 'ptb-small', '--frames', '3'], 2, '--frames is a flag of frame'],
  ['posteriors of no run', ['posteriors', 'full', '--data', 'x', '--out', 'y'], 1, 'run folder'],
  ['posteriors to nowhere', ['posteriors', 'full', '--data', 'x'], 2, 'posteriors needs --out'],
  ['features of nothing', ['features', 'inspect', 'nowhere'], 1, 'nowhere'],
  ['unknown kind of features', ['features', 'cpoy'], 2, "Unknown command 'cpoy'", 'copy'],
  ['synthetic hours', ['features', 'synthesize', '--out', 'x'], 2, 'needs --hours'],
];

describe('wrong use', () => {
  it.concurrent.each(failures)('%s', async (_, args, status, sentence, hint) => {
    const result = await bnrnn(folder, ...args);
    expect({ status: result.status, stderr: result.stderr }).toMatchObject({ status });
    if (args.length === 0) {
      expect(result.stderr).toContain('Usage: bnrnn');
      return;
    }
    const [first = '', second, ...more] = result.stderr.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(first).toMatch(/^bnrnn: .+[.?]$/);
    expect(first).toContain(sentence);
    expect(second).toMatch(/^hint: \S.+/);
    if (hint !== undefined) expect(second).toContain(hint);
  });

  it('shows the stack on request alone', async () => {
    const quiet = await bnrnn(folder, 'evaluate', 'full');
    expect(quiet.stderr).not.toMatch(/\n\s+at /);
    process.env['BNRNN_DEBUG'] = '1';
    const loud = await bnrnn(folder, 'evaluate', 'full');
    delete process.env['BNRNN_DEBUG'];
    expect(loud.stderr).toMatch(/\n\s+at /);
  });
});

describe('help', () => {
  it('names every command and ends with status 0', async () => {
    const { status, stdout } = await bnrnn(folder, '--help');
    expect(status).toBe(0);
    for (const name of [
      'doctor',
      'presets',
      'train',
      'evaluate',
      'report',
      'generate',
      'posteriors',
      'bench',
      'features',
      'quickstart',
      'bench',
      'parity',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(stdout).not.toContain('doctor-');
    expect(stdout).not.toContain('parity-backend');
  });

  it('prints the version', async () => {
    expect(await bnrnn(folder, '--version')).toMatchObject({ status: 0, stdout: '0.0.0\n' });
  });
});
