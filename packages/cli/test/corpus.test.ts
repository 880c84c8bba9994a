import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, lastJson, newFolder, readJsonFile } from './bnrnn';

const folder = newFolder();
const tiny = ['--backend', 'cpu', '--max-steps', '2', '--set', 'data.batch=4'];

const lines = Array.from({ length: 300 }, (_, i) => `the ${i % 7} cats of ${i} sat`);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function writeTale(name: string, text: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'tale.txt'), text);
}

beforeAll(() => {
  writeTale('crlf', lines.map((line) => `${line}\r\n`).join(''));
  writeTale('lf', lines.map((line) => ` ${line} \n`).join(''));
  writeTale('other', lines.map((line) => `${line} down\n`).join(''));
});

describe('a text of one’s own', () => {
  it('trains by words, and is the same corpus with other line ends', async () => {
    const args = ['train', 'ptb-small-tiny', '--data', 'crlf', '--split', '90,5,5', ...tiny];
    const { status, stdout, stderr } = await bnrnn(
      folder,
      ...[...args, '--set', 'data.time=5', '--min-count', '2', '--out', 'words'],
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('corpus tale[count 2, split 90,5,5]: 13 types;');
    const evaluate = ['evaluate', 'words', '--statistics', 'running', '--split', 'test'];
    const moved = await bnrnn(folder, ...evaluate, '--data', 'lf', '--json');
    expect(moved.status, moved.stderr).toBe(0);
    expect(lastJson(moved)['split']).toBe('test');

    const other = await bnrnn(folder, ...evaluate, '--data', 'other');
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(
      /other is not the corpus of this run: the SHA-256 of train begins .*; it has \d+ tokens or frames, expected \d+\./,
    );
    expect(other.stderr).toContain('hint: Name the place where tale[count 2, split 90,5,5] is now');
  }, 120_000);

  it('is still found by a run that recorded the bytes of its files', async () => {
    mkdirSync(join(folder, 'three'));
    const text = lines.map((line) => `${line.replaceAll(/\d+/g, 'N')}\r\n`).join('');
    for (const split of ['train', 'valid', 'test']) {
      writeFileSync(join(folder, 'three', `${split}.txt`), text);
    }
    const args = ['train', 'ptb-small-tiny', '--data', 'three', ...tiny, '--out', 'old'];
    const { status, stderr } = await bnrnn(folder, ...args);
    expect(status, stderr).toBe(0);
    const config = readJsonFile(folder, 'old', 'config.json');
    const { fileSha256, ...corpus } = config['corpus'] as Record<string, unknown>;
    expect(fileSha256).toMatchObject({ train: sha256(text) });
    const old = { ...config, corpus: { ...corpus, sha256: fileSha256 } };
    writeFileSync(join(folder, 'old', 'config.json'), JSON.stringify(old));
    const evaluated = await bnrnn(folder, 'evaluate', 'old', '--statistics', 'running');
    expect(evaluated.status, evaluated.stderr).toBe(0);
  }, 120_000);

  it('trains by characters; generate, --resume and evaluate read it so again', async () => {
    const run = ['train', 'ptb-small-rnn-tiny', ...tiny, '--out', 'characters'];
    const read = ['--data', 'lf', '--split', '8,1,1', '--level', 'character'];
    const { status, stdout, stderr } = await bnrnn(folder, ...run, ...read);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('corpus tale-char[split 8,1,1]:');
    expect(stdout).toContain('nats per character');
    const config = readJsonFile(folder, 'characters', 'config.json');
    expect(config).toMatchObject({
      unit: 'character',
      settings: { 'data.level': { value: 'character', source: 'user' } },
    });

    const text = await bnrnn(
      folder,
      ...['generate', 'characters', '--backend', 'cpu', '--prompt', 'the cat', '--words', '9'],
    );
    expect(text.status, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/^the cat/);

    const longer = await bnrnn(folder, ...run, '--resume', '--max-steps', '3');
    expect(longer.status, longer.stderr).toBe(0);
    expect(readFileSync(join(folder, 'characters', 'events.jsonl'), 'utf8')).toContain('"step":3');
    const changed = await bnrnn(folder, ...run, '--resume', '--level', 'word');
    expect(changed.status).toBe(2);
    expect(changed.stderr).toContain('data.level is character in the run and word here');
  }, 120_000);

  it('says once that its lines end in <eos> already', async () => {
    writeTale('ended', lines.map((line) => `${line} <eos>\n`).join(''));
    const args = ['train', 'ptb-small-tiny', '--data', 'ended', '--split', '90,5,5', ...tiny];
    const { status, stdout, stderr } = await bnrnn(
      folder,
      ...[...args, '--set', 'data.time=5', '--min-count', '2', '--out', 'ended-run'],
    );
    expect(status, stderr).toBe(0);
    expect(stdout.split('300 lines end in <eos> already')).toHaveLength(2);
    const { corpus } = readJsonFile(folder, 'ended-run', 'config.json');
    const words = readJsonFile(folder, 'words', 'config.json');
    expect((corpus as { sha256: object }).sha256).toEqual(
      (words['corpus'] as { sha256: object }).sha256,
    );
  }, 120_000);
});

it('says of a split that is too short for a trained run what can be done', async () => {
  mkdirSync(join(folder, 'short'));
  const text = (count: number): string => 'the cat sat on the mat\n'.repeat(count);
  for (const [split, count] of [
    ['train', 60],
    ['valid', 60],
    ['test', 2],
  ] as const) {
    writeFileSync(join(folder, 'short', `${split}.txt`), text(count));
  }
  const trained = await bnrnn(
    folder,
    ...['train', 'ptb-small-tiny', '--data', 'short', ...tiny, '--out', 'short-run'],
  );
  expect(trained.status, trained.stderr).toBe(0);
  const { status, stderr } = await bnrnn(folder, 'evaluate', 'short-run', '--split', 'test');
  expect(status).toBe(2);
  expect(stderr).toContain('The test split of short has 14 tokens and does not fill one batch');
  expect(stderr).toContain('hint: The run keeps its batch and its steps: evaluate a longer split.');
});
