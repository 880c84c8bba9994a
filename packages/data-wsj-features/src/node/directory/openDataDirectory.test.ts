import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytes, float64, floatMatrix, tagged } from '../../../test/support/kaldiBytes';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { joinUtterances } from '../../directory/joinUtterances';
import { openDataDirectory } from './openDataDirectory';
import { readAlignments } from '../transitions/readAlignments';

const folder = temporaryFolder();
const features = bytes(
  floatMatrix('a1', 2, 1, [1, 3]),
  floatMatrix('a2', 1, 1, [5]),
  floatMatrix('b1', 3, 1, [10, 20, 60]),
  floatMatrix('n1', 1, 1, [0]),
  floatMatrix('s1', 1, 1, [0]),
);
folder.write('mfcc/raw.ark', features);
const line = (key: string): string => `${key} mfcc/raw.ark:${features.indexOf(`${key} `) + 3}\n`;
const matrix = (values: number[]): Buffer =>
  bytes('\0BDM ', tagged(2), tagged(2), values.map(float64));
// Speaker A: mean 3, variance 35/3 - 9 = 8/3; speaker B: mean 30, variance 4100/3 - 900.
const statistics = bytes('A ', matrix([9, 3, 35, 0]), 'B ', matrix([90, 3, 4100, 0]));
folder.write('mfcc/cmvn.ark', statistics);
const keys = ['b1', 'a1', 'a2', 'n1', 's1'];
folder.write('data/train/feats.scp', keys.map(line).join(''));
folder.write('data/train/utt2spk', 'a1 A\na2 A\nb1 B\ns1 C\n');
folder.write('data/train/utt2num_frames', 'a1 2\na2 1\nb1 3\nn1 1\ns1 1\n');
folder.write(
  'data/train/cmvn.scp',
  `A mfcc/cmvn.ark:2\nB mfcc/cmvn.ark:${statistics.indexOf('B ') + 2}\n`,
);
const train = join(folder.path, 'data/train');

/** A copy of the directory with one file changed. */
function changed(name: string, file: string, content: string | Buffer): string {
  const path = join(folder.path, 'data', name);
  cpSync(train, path, { recursive: true });
  folder.write(join('data', name, file), content);
  return path;
}

describe('openDataDirectory', () => {
  it('gives the features as they are', async () => {
    const { features: table, speakers, dropped } = await openDataDirectory(train);
    expect(table.keys).toEqual(keys);
    expect(table.keys.map((key) => table.frames(key))).toEqual([3, 2, 1, 1, 1]);
    expect((await table.read('b1')).data).toEqual(Float32Array.of(10, 20, 60));
    expect(speakers.get('s1')).toBe('C');
    expect(dropped).toEqual([]);
    await table.close();
  });

  it('normalizes by speaker, then appends deltas, and tells whom it cannot normalize', async () => {
    const { features: table, dropped } = await openDataDirectory(train, {
      cmvn: 'means and variances',
      deltas: { order: 1 },
    });
    expect(table.keys).toEqual(['b1', 'a1', 'a2']);
    expect(table.columns).toBe(2);
    expect(dropped).toEqual([
      { key: 'n1', reason: 'no speaker' },
      { key: 's1', reason: 'no speaker statistics', detail: 'speaker C' },
    ]);
    const deviation = Math.sqrt(8 / 3);
    const { data } = await table.read('a1');
    // x = -2 and 0; the slope over repeated edges is 3 · 2 / 10 for both.
    [-2, 0.6, 0, 0.6].forEach((value, i) => expect(data[i]).toBeCloseTo(value / deviation, 6));
    await table.close();
  });

  it('normalizes everybody alike with one matrix, without speakers', async () => {
    const path = changed('global', 'utt2spk', 'zz Z\n');
    const global = folder.write('global.mat', matrix([40, 4, 800, 0]));
    const { features: table } = await openDataDirectory(path, {
      cmvn: 'means',
      statistics: global,
    });
    expect((await table.read('b1')).data).toEqual(Float32Array.of(0, 10, 50));
    expect(table.keys).toHaveLength(5);
    await table.close();
  });

  it.each([
    ['no feats.scp', () => folder.path, /has no feats\.scp, expected a Kaldi data directory/],
    [
      'counts that are none',
      () => changed('c', 'utt2num_frames', 'a1 two\n'),
      /byte 0: line 1 is "a1 two", exp/,
    ],
    [
      'a speaker twice',
      () => changed('t', 'utt2spk', 'a1 A\na1 B\n'),
      /key a1, byte 5: the key stands twice/,
    ],
    ['a line of three', () => changed('l', 'utt2spk', 'a1 A B\n'), /expected "UTTERANCE SPEAKER"/],
    [
      'no utterance with statistics',
      () => changed('n', 'utt2spk', 'a1 X\n'),
      /has no utterance with a speaker/,
    ],
    [
      'statistics of other features',
      () =>
        changed(
          'o',
          'cmvn.scp',
          `A ${folder.write('w.mat', bytes('\0BDM ', tagged(2), tagged(3), [1, 2, 3, 4, 5, 6].map(float64)))}\n`,
        ),
      /key A: the statistics are \[2, 3\], expected \[2, 2\] for 1 columns/,
    ],
    [
      'statistics of nobody',
      () => changed('e', 'cmvn.scp', `A ${folder.write('e.mat', matrix([0, 0, 0, 0]))}\n`),
      /key A: the statistics are of 0 frames/,
    ],
  ])('refuses %s', async (_, path, message) => {
    await expect(openDataDirectory(path(), { cmvn: 'means' })).rejects.toThrow(message);
  });

  it('says that statistics or speakers are missing when they are asked for', async () => {
    folder.write('data/bare/feats.scp', keys.map(line).join(''));
    const bare = join(folder.path, 'data/bare');
    await expect(openDataDirectory(bare, { cmvn: 'means' })).rejects.toThrow(
      /cmvn\.scp: is not there/,
    );
    const options = { cmvn: 'means', statistics: join(train, 'cmvn.scp') } as const;
    await expect(openDataDirectory(bare, options)).rejects.toThrow('has no utt2spk');
    const { features: table } = await openDataDirectory(bare);
    expect(table.frames('b1')).toBe(3);
    await table.close();
  });
});

describe('joinUtterances', () => {
  it('keeps what both sides have and says why the others are dropped', async () => {
    const { features: table, dropped } = await openDataDirectory(train, { cmvn: 'means' });
    const alignments = await readAlignments(
      folder.write('pdf.txt', 'b1 4 4\na1 0 1 0 1 0\nx1 7\nn1 2\n'),
    );
    const joined = joinUtterances(table, alignments, { dropped });
    expect(joined).toEqual({
      utterances: [{ key: 'b1', frames: 2 }],
      totalFrames: 2,
      dropped: [
        { key: 'n1', reason: 'no speaker' },
        { key: 's1', reason: 'no speaker statistics', detail: 'speaker C' },
        { key: 'a1', reason: 'lengths differ', detail: '2 frames of features, 5 of alignment' },
        { key: 'a2', reason: 'no alignment' },
        { key: 'x1', reason: 'no features' },
      ],
      droppedByReason: new Map([
        ['no speaker', 1],
        ['no speaker statistics', 1],
        ['lengths differ', 1],
        ['no alignment', 1],
        ['no features', 1],
      ]),
      shortened: [{ key: 'b1', features: 3, alignment: 2 }],
    });
    expect(joinUtterances(table, alignments, { tolerance: 3 }).utterances).toEqual([
      { key: 'b1', frames: 2 },
      { key: 'a1', frames: 2 },
    ]);
    expect(joinUtterances(table, alignments, { tolerance: 0 }).utterances).toEqual([]);
    await table.close();
  });

  it('drops an utterance without frames', async () => {
    const { features: table } = await openDataDirectory(train);
    const alignments = await readAlignments(folder.write('empty.txt', 'a2 \nb1 1 1 1\n'));
    const joined = joinUtterances(table, alignments);
    expect(joined.utterances).toEqual([{ key: 'b1', frames: 3 }]);
    expect(joined.dropped).toContainEqual({
      key: 'a2',
      reason: 'no frames',
      detail: '1 frames of features, 0 of alignment',
    });
    await table.close();
  });
});
