import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  compressedMatrix,
  float64,
  floatMatrix,
  integerVector,
  tagged,
} from '../../../test/support/kaldiBytes';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { openFeatures, type OpenFeaturesOptions } from './openFeatures';

const folder = temporaryFolder();
const parts = [
  floatMatrix('a', 2, 2, [1, 2, 3, 4]),
  bytes('d \0BDM ', tagged(1), tagged(2), [float64(0.1), float64(7)]),
  bytes('t [\n 5 6\n 7 8\n 9 10 ]\n'),
  compressedMatrix('c'),
];
const archive = Buffer.concat(parts);
folder.write('x.ark', archive);
folder.write('x.ark.gz', gzipSync(archive));
const at = (key: string): number => archive.indexOf(`${key} `) + 2;
const scp = folder.write(
  'x.scp',
  `c x.ark:${at('c')}\na x.ark:${at('a')}\nt x.ark:${at('t')}[1:2]\nd x.ark.gz:${at('d')}\n`,
);

async function frames(
  spec: string,
  options: OpenFeaturesOptions = {},
): Promise<Record<string, number>> {
  const table = await openFeatures(spec, options);
  await table.close();
  return Object.fromEntries(table.keys.map((key) => [key, table.frames(key)]));
}

describe('openFeatures', () => {
  it('gives keys in their order, frame counts from headers after ranges, and any utterance at any time', async () => {
    const table = await openFeatures(scp);
    expect(table.keys).toEqual(['c', 'a', 't', 'd']);
    expect(table.columns).toBe(2);
    expect(table.keys.map((key) => table.frames(key))).toEqual([3, 2, 2, 1]);
    const read = await Promise.all(['t', 'a', 'd', 'a'].map((key) => table.read(key)));
    expect(read).toEqual([
      { rows: 2, columns: 2, data: Float32Array.of(7, 8, 9, 10) },
      { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) },
      { rows: 1, columns: 2, data: Float32Array.of(0.1, 7) },
      { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) },
    ]);
    expect(read[1]?.data).not.toBe(read[3]?.data);
    expect(() => table.frames('zz')).toThrow(/x\.scp, key zz: there are no features/);
    await table.close();
    await expect(table.read('a')).rejects.toThrow('the table has been closed');
  });

  it.each(['x.ark', 'x.ark.gz'])('opens an archive itself: %s', async (name) => {
    const table = await openFeatures(join(folder.path, name));
    expect(table.keys).toEqual(['a', 'd', 't', 'c']);
    expect(table.keys.map((key) => table.frames(key))).toEqual([2, 1, 3, 3]);
    for (const key of ['c', 'a', 't', 'd']) {
      expect((await table.read(key)).rows).toBe(table.frames(key));
    }
    await table.close();
  });

  it('compares known frame counts with the headers, and says when they are wrong', async () => {
    const known = new Map([['t', 2]]);
    expect(await frames(scp, { frames: known })).toEqual({ c: 3, a: 2, t: 2, d: 1 });
    await expect(frames(scp, { frames: known.set('a', 5) })).rejects.toThrow(
      /x\.scp, key a: the archive holds 2 frames, utt2num_frames says 5\./,
    );
  });

  it('refuses values that are not finite, with where they are', async () => {
    const bad = folder.write(
      'nan.ark',
      bytes(floatMatrix('ok', 1, 2, [1, 2]), floatMatrix('bad', 3, 2, [1, 2, 3, NaN, 5, Infinity])),
    );
    const table = await openFeatures(bad);
    expect((await table.read('ok')).data).toEqual(Float32Array.of(1, 2));
    await expect(table.read('bad')).rejects.toThrow(
      /nan\.ark, key bad, byte 30: the features hold 1 NaN and 1 inf of 6 values, the first NaN at frame 1, column 1, counted from 0/,
    );
    await table.close();
    // An scp's relative path is told as the file that it was found to be.
    const listed = await openFeatures(folder.write('nan.scp', 'bad nan.ark:30\n'));
    await expect(listed.read('bad')).rejects.toThrow(`${bad}, key bad, byte 30: the features hold`);
    await listed.close();
  });

  it.each([
    [
      'a key twice',
      'two.scp',
      'a x.ark:2\nb x.ark:2\na x.ark:2\n',
      /key a: the key stands on lines 1 and 3/,
    ],
    ['nothing', 'none.scp', '', /none\.scp: lists no utterance/],
    ['a missing archive', 'lost.scp', 'a x.ark:2\nb y.ark:2\n', /key b: line 2 names y\.ark/],
    ['labels', 'labels.ark', integerVector('a', [1]), /labels\.ark, key a, byte 2: holds a vector/],
    [
      'a key twice in an archive',
      'twice.ark',
      Buffer.concat([parts[0]!, parts[0]!]),
      /key a: the key stands twice/,
    ],
    [
      'an archive that is cut off',
      'cut.ark',
      archive.subarray(0, 30),
      /cut\.ark, key a, byte 17: .* are left/,
    ],
    [
      'a lone matrix',
      'lone.mat',
      parts[0]!.subarray(2),
      /lone\.mat, byte 0: holds an object without/,
    ],
  ])('refuses %s when it is opened', async (_, name, content, message) => {
    await expect(openFeatures(folder.write(name, content))).rejects.toThrow(message);
  });

  const mixed = (): string =>
    folder.write(
      'mixed.ark',
      bytes(
        floatMatrix('narrow', 1, 1, [1]),
        floatMatrix('a', 1, 2, [1, 2]),
        floatMatrix('nan', 2, 2, [1, NaN, NaN, 4]),
        floatMatrix('b', 1, 2, [5, 6]),
        floatMatrix('inf', 1, 2, [-Infinity, 1]),
        floatMatrix('wide', 1, 3, [1, 2, 3]),
      ),
    );

  it('names all utterances with other columns than most when it is opened', async () => {
    await expect(openFeatures(mixed())).rejects.toThrow(
      /mixed\.ark: the features of 2 of 6 utterances cannot be used:\n {2}.*key narrow: the features have 1 values a frame, those of most utterances 2\.\n {2}.*key wide: the features have 3/,
    );
  });

  it('leaves out what cannot be used where that is asked for, and says why', async () => {
    const table = await openFeatures(mixed(), { badUtterances: 'drop' });
    expect(table.keys).toEqual(['a', 'b']);
    expect(table.columns).toBe(2);
    expect((await table.read('b')).data).toEqual(Float32Array.of(5, 6));
    expect(() => table.frames('nan')).toThrow('there are no features for this utterance');
    expect(table.dropped.map(({ key, reason }) => [key, reason])).toEqual(
      ['narrow', 'wide', 'nan', 'inf'].map((key) => [key, 'bad features']),
    );
    expect(table.dropped[2]?.detail).toMatch(
      /key nan, .*hold 2 NaN of 4 values, the first NaN at frame 0, column 1/,
    );
    expect(table.dropped[3]?.detail).toMatch(/hold 1 inf of 2 values, the first -Infinity at/);
    await table.close();
    const unread = await openFeatures(mixed(), { badUtterances: 'drop', readValues: false });
    expect(unread.keys).toEqual(['a', 'nan', 'b', 'inf']);
    await unread.close();
  });

  it('leaves out what a list names and an archive does not hold', async () => {
    const list = folder.write(
      'holes.scp',
      `a x.ark:${at('a')}\ngone y.ark:2\nodd x.ark:3\nc x.ark:${at('c')}\n`,
    );
    await expect(openFeatures(list)).rejects.toThrow(/of 2 of 4 utterances cannot be used:/);
    const table = await openFeatures(list, { badUtterances: 'drop' });
    expect(table.keys).toEqual(['a', 'c']);
    expect(table.dropped[0]?.detail).toContain('key gone: line 2 names y.ark, which is no file');
    await table.close();
    const none = folder.write('all.scp', 'a y.ark:2\nb y.ark:9\n');
    await expect(openFeatures(none, { badUtterances: 'drop' })).rejects.toThrow(
      'the features of 2 of 2 utterances cannot be used',
    );
  });
});
