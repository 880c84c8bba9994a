import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  float64,
  floatMatrix,
  integerVector,
  tagged,
} from '../../../test/support/kaldiBytes';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { readEntries } from '../tables/readEntries';
import { createArkWriter, writeArk } from './arkWriter';
import type { Entry } from '../../ark/entry';

const folder = temporaryFolder();
const entries: Entry[] = [
  {
    key: 'floats',
    kind: 'matrix',
    // -0, a denormal and the largest: bits that only a copy of the bits keeps.
    matrix: { rows: 2, columns: 2, data: Float32Array.of(-0, 1e-45, 3.4028234663852886e38, NaN) },
  },
  {
    key: 'doubles',
    kind: 'matrix',
    matrix: { rows: 1, columns: 2, data: Float64Array.of(0.1, -Infinity) },
  },
  { key: 'none', kind: 'matrix', matrix: { rows: 0, columns: 0, data: new Float32Array(0) } },
  { key: 'vector', kind: 'vector', vector: Float32Array.of(0.1, 2) },
  { key: 'precise', kind: 'vector', vector: Float64Array.of(0.1) },
  { key: 'labels-é', kind: 'integers', integers: Int32Array.of(0, -1, 2 ** 31 - 1) },
];

async function readAll(path: string): Promise<Entry[]> {
  const read: Entry[] = [];
  for await (const entry of readEntries(path)) read.push(entry);
  return read;
}

describe('createArkWriter', () => {
  it("writes Kaldi's bytes", async () => {
    const path = join(folder.path, 'exact.ark');
    await writeArk(path, [
      { key: 'a', kind: 'matrix', matrix: { rows: 1, columns: 2, data: Float32Array.of(1, 2) } },
      { key: 'b', kind: 'vector', vector: Float64Array.of(3) },
      { key: 'c', kind: 'integers', integers: Int32Array.of(7, 8) },
    ]);
    const expected = bytes(
      floatMatrix('a', 1, 2, [1, 2]),
      bytes('b \0BDV ', tagged(1), float64(3)),
      integerVector('c', [7, 8]),
    );
    expect(readFileSync(path).equals(expected)).toBe(true);
  });

  it('writes a lone object, which has no key, by itself', async () => {
    const path = join(folder.path, 'lone.mat');
    const lone: Entry = { key: '', kind: 'vector', vector: Float64Array.of(3, -1) };
    await writeArk(path, [lone]);
    expect(readFileSync(path).equals(bytes('\0BDV ', tagged(2), float64(3), float64(-1)))).toBe(
      true,
    );
    expect(await readAll(path)).toEqual([lone]);
    const text = join(folder.path, 'lone.txt');
    await writeArk(text, [lone], { text: true });
    expect(readFileSync(text, 'utf8')).toBe(' [ 3 -1 ]\n');
    const wanted = 'an object without a key came';
    await expect(writeArk(path, [lone, entries[0]!])).rejects.toThrow(wanted);
    await expect(writeArk(path, [lone], { scp: `${path}.scp` })).rejects.toThrow(wanted);
    expect(await readAll(path)).toEqual([lone]);
  });

  it('refuses one name for archive and list', () => {
    const path = join(folder.path, 'same');
    expect(() => createArkWriter(path, { scp: join(folder.path, '.', 'same') })).toThrow(
      'expected two names',
    );
  });

  it('is read back to the same bits, from the archive and by its scp', async () => {
    const path = join(folder.path, 'all.ark');
    const scp = join(folder.path, 'all.scp');
    await writeArk(path, entries, { scp });
    expect(await readAll(path)).toEqual(entries);
    expect(await readAll(scp)).toEqual(entries);
    expect(readFileSync(scp, 'utf8').split('\n')[0]).toBe(`floats ${path}:7`);
  });

  it('writes text, with an scp that points behind the keys', async () => {
    const path = join(folder.path, 'text.ark');
    const scp = join(folder.path, 'text.scp');
    const written: Entry[] = [
      {
        key: 'm',
        kind: 'matrix',
        matrix: { rows: 2, columns: 2, data: Float32Array.of(1, 2.5, 0.1, -4e-7) },
      },
      { key: 'v', kind: 'vector', vector: Float32Array.of(1, 2) },
      { key: 'i', kind: 'integers', integers: Int32Array.of(5, 6) },
    ];
    await writeArk(path, written, { text: true, scp, nameInScp: 'text.ark' });
    expect(readFileSync(path, 'utf8')).toBe('m  [\n  1 2.5 \n  0.1 -4e-07 ]\nv  [ 1 2 ]\ni 5 6 \n');
    expect(readFileSync(scp, 'utf8')).toBe('m text.ark:2\nv text.ark:31\ni text.ark:42\n');
    expect(await readAll(scp)).toEqual(written);
  });

  it('packs an archive whose name ends in .gz, which has no scp', async () => {
    const path = join(folder.path, 'ali.1.gz');
    await writeArk(path, [{ key: 'a', kind: 'integers', integers: Int32Array.of(3) }]);
    expect(gunzipSync(readFileSync(path)).equals(integerVector('a', [3]))).toBe(true);
    expect(() => createArkWriter(path, { scp: 'x.scp' })).toThrow('is packed, so an scp cannot');
  });

  it('shows the files only when they are complete, and leaves nothing when it fails', async () => {
    const path = join(folder.path, 'late', 'late.ark');
    const scp = join(folder.path, 'late', 'late.scp');
    folder.write('late/other', '');
    const writer = createArkWriter(path, { scp });
    await writer.write({ key: 'a', kind: 'integers', integers: new Int32Array(1_000_000) });
    expect(existsSync(path) || existsSync(scp)).toBe(false);
    await expect(
      writer.write({ key: 'a', kind: 'integers', integers: new Int32Array(1) }),
    ).rejects.toThrow('the key "a" came twice');
    await writer.close();
    expect(readdirSync(join(folder.path, 'late')).sort()).toEqual([
      'late.ark',
      'late.scp',
      'other',
    ]);

    const failing = function* (): Generator<Entry> {
      yield { key: 'a', kind: 'integers', integers: Int32Array.of(1) };
      throw new Error('no more');
    };
    const gone = join(folder.path, 'gone');
    folder.write('gone/other', '');
    await expect(
      writeArk(join(gone, 'x.ark'), failing(), { scp: join(gone, 'x.scp') }),
    ).rejects.toThrow('no more');
    expect(readdirSync(gone)).toEqual(['other']);
  });

  it('refuses keys and matrices that could not be read back, and folders that are not there', async () => {
    const bad = (key: string, rows = 1): Promise<void> =>
      writeArk(join(folder.path, 'bad.ark'), [
        { key, kind: 'matrix', matrix: { rows, columns: 1, data: Float32Array.of(1) } },
      ]);
    await expect(bad('two words')).rejects.toThrow('"two words" is no key');
    await expect(bad('a', 2)).rejects.toThrow('the matrix of a is 2 x 1 with 1 values');
    await expect(writeArk(join(folder.path, 'no', 'x.ark'), entries)).rejects.toThrow(
      /x\.ark cannot be written: there is no such file/,
    );
  });
});
