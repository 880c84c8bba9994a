import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAlignments, writeArk } from '@bnrnn/data-wsj-features/node';
import { afterAll, expect, it } from 'vitest';
import { openFeatureTable, openSpeechSplit, type FeatureSettings } from './openSpeechSplit';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-split-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings: FeatureSettings = {
  'data.cmvn': { value: 'mean', source: 'user' },
  'data.deltas': { value: 0, source: 'user' },
};

it('tells once of an utterance that has no frames, with targets and without', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  const matrix = (rows: number, columns: number) => ({
    kind: 'matrix' as const,
    matrix: { rows, columns, data: new Float32Array(rows * columns).fill(2) },
  });
  const utterances = [
    { key: 'a', ...matrix(3, 2) },
    { key: 'b', ...matrix(3, 2) },
    { key: 'c', ...matrix(0, 0) },
  ];
  await writeArk(join(data, 'feats.ark'), utterances, { scp: join(data, 'feats.scp') });
  writeFileSync(join(data, 'utt2num_frames'), 'a 3\nb 3\nc 0\n');
  writeFileSync(join(data, 'utt2spk'), 'a ann\nb bob\nc ann\n');
  const statistics = [{ key: 'ann', ...matrix(2, 3) }];
  await writeArk(join(data, 'cmvn.ark'), statistics, { scp: join(data, 'cmvn.scp') });
  const table = await openFeatureTable(data, { settings });
  await table.features.close();
  expect(table.dropped).toEqual([
    { key: 'b', reason: 'no speaker statistics', detail: 'speaker bob' },
    { key: 'c', reason: 'no frames' },
  ]);
  writeFileSync(join(folder, 'labels.txt'), 'a 0 1 1\nb 0 1 0\nc 0\n');
  const alignments = await readAlignments(join(folder, 'labels.txt'));
  const split = await openSpeechSplit(data, alignments, { settings });
  await split.close();
  expect(split.dropped.map(({ key, reason }) => [key, reason])).toEqual([
    ['b', 'no speaker statistics'],
    ['c', 'no frames'],
  ]);
});
