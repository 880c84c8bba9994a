import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArk } from '@bnrnn/data-wsj-features/node';
import { afterAll, describe, expect, it } from 'vitest';
import { openAlignments, openSpeechCorpus } from './openSpeechCorpus';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-corpus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => join(folder, ...parts);

/** A data directory of utterances of 4 frames, their speakers, and the statistics of some of those. */
async function dataDirectory(
  name: string,
  speakers: Readonly<Record<string, string>>,
  known: readonly string[],
): Promise<string> {
  mkdirSync(at(name));
  const matrix = (rows: number, columns: number) => ({
    kind: 'matrix' as const,
    matrix: { rows, columns, data: new Float32Array(rows * columns).fill(2) },
  });
  const utterances = Object.keys(speakers).map((key) => ({ key, ...matrix(4, 2) }));
  const statistics = known.map((key) => ({ key, ...matrix(2, 3) }));
  await writeArk(at(name, 'feats.ark'), utterances, { scp: at(name, 'feats.scp') });
  await writeArk(at(name, 'cmvn.ark'), statistics, { scp: at(name, 'cmvn.scp') });
  const lines = Object.entries(speakers).map(([key, speaker]) => `${key} ${speaker}\n`);
  writeFileSync(at(name, 'utt2spk'), lines.join(''));
  return at(name);
}

describe('openSpeechCorpus', () => {
  it('says once of each utterance why it is left out', async () => {
    const train = await dataDirectory('train', { a: 'ann', b: 'bob', c: 'ann' }, ['ann']);
    const dev = await dataDirectory('dev', { d: 'dan', e: 'eve', f: 'eve' }, ['eve']);
    const labels = ['a', 'b', 'd', 'e', 'f', 'g'].map((key) => `${key} 0 1 2 0\n`);
    writeFileSync(at('labels.txt'), labels.join(''));
    const notes: string[] = [];
    const corpus = await openSpeechCorpus(
      { train, dev, alignments: [at('labels.txt')] },
      {
        settings: {
          'data.cmvn': { value: 'mean', source: 'user' },
          'data.deltas': { value: 0, source: 'user' },
          'data.trainShare': { value: 1, source: 'user' },
        },
        note: (text) => notes.push(text),
      },
    );
    await corpus.close();
    expect(corpus.train.utterances).toEqual([{ key: 'a', frames: 4 }]);
    expect(corpus.train.dropped).toEqual([
      { key: 'b', reason: 'no speaker statistics', detail: 'speaker bob' },
      { key: 'c', reason: 'no alignment' },
    ]);
    expect(corpus.dev.utterances.map(({ key }) => key)).toEqual(['e', 'f']);
    expect(corpus.dev.dropped).toMatchObject([{ key: 'd', reason: 'no speaker statistics' }]);
    expect(corpus.withoutFeatures).toEqual(['g']);
    expect(notes).toEqual([`${at('labels.txt')}: numbers are classes as they are.`]);
  });

  it('trains on a share of the utterances, a part of every larger share, and validates on all', async () => {
    const speakers = Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`u${k}`, 'ann']));
    const train = await dataDirectory('many', speakers, ['ann']);
    const dev = await dataDirectory('few', { v0: 'ann', v1: 'ann' }, ['ann']);
    const labels = [...Object.keys(speakers), 'v0', 'v1'].map((key) => `${key} 0 1 2 0\n`);
    writeFileSync(at('targets.txt'), labels.join(''));
    const openShare = async (share: number) => {
      const corpus = await openSpeechCorpus(
        { train, dev, alignments: [at('targets.txt')] },
        {
          settings: {
            'data.cmvn': { value: 'mean', source: 'user' },
            'data.deltas': { value: 0, source: 'user' },
            'data.trainShare': { value: share, source: 'user' },
          },
        },
      );
      await corpus.close();
      return { keys: corpus.train.utterances.map(({ key }) => key), info: corpus.info };
    };
    const [quarter, half, all] = [await openShare(0.25), await openShare(0.5), await openShare(1)];
    expect([quarter, half, all].map(({ keys }) => keys.length)).toEqual([10, 20, 40]);
    expect(half.keys).toEqual(expect.arrayContaining(quarter.keys));
    const order = half.keys.map((key) => all.keys.indexOf(key));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toEqual(Array.from({ length: 20 }, (_, k) => k));
    expect(quarter.info.counts).toEqual({ train: 40, valid: 8 });
    expect(quarter.info.name).toBe(all.info.name);
    expect(quarter.info.sha256['train']).not.toBe(all.info.sha256['train']);
    expect(quarter.info.sha256['valid']).toBe(all.info.sha256['valid']);
    expect(await openShare(0.25)).toEqual(quarter);
  });

  it('reads frames that are labelled by name', async () => {
    writeFileSync(at('names.txt'), 'a sil aa\n');
    writeFileSync(at('phones.txt'), 'sil 0\naa 4\n');
    const files = { alignments: [at('names.txt')], symbols: at('phones.txt') };
    const alignments = await openAlignments(files, {});
    expect([...alignments.read('a'), alignments.classes]).toEqual([0, 4, 5]);
  });
});
