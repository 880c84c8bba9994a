import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytes, floatMatrix, integerVector } from '../../../test/support/kaldiBytes';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import type { Entry } from '../../ark/entry';
import { readEntries, type ReadEntriesOptions } from '../tables/readEntries';

const folder = temporaryFolder();
const archive = bytes(
  floatMatrix('a', 2, 2, [1, 2, 3, 4]),
  floatMatrix('b', 1, 2, [5, 6]),
  integerVector('i', [7]),
);
folder.write('x.ark', archive);
const offsetOfB = archive.indexOf('b \0B') + 2;

async function readScp(
  content: string | Buffer,
  options: ReadEntriesOptions = {},
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of readEntries(folder.write('list.scp', content), options)) {
    entries.push(entry);
  }
  return entries;
}

describe('an scp', () => {
  it('is read in order, a key more than once if it stands so, with ranges', async () => {
    const entries = await readScp(`b x.ark:${offsetOfB}\r\na\tx.ark:2[1:1]\nb x.ark:2[:,1:1]\n`);
    expect(entries).toEqual([
      { key: 'b', kind: 'matrix', matrix: { rows: 1, columns: 2, data: Float32Array.of(5, 6) } },
      { key: 'a', kind: 'matrix', matrix: { rows: 1, columns: 2, data: Float32Array.of(3, 4) } },
      { key: 'b', kind: 'matrix', matrix: { rows: 2, columns: 1, data: Float32Array.of(2, 4) } },
    ]);
  });

  it.each([
    [
      'a x.ark:2\n\nb x.ark:30\n',
      /list\.scp, byte 10: line 2 is empty, expected "KEY PATH:OFFSET"/,
    ],
    ['alone\n', /byte 0: line 1 is "alone", expected/],
    ['a none/y.ark:2\n', /list\.scp, key a: line 1 names none\/y\.ark, which is no file here/],
    [`a x.ark:${archive.length}\n`, /x\.ark, key a, byte \d+: line 1 of .* points past the end/],
    ['a x.ark:999999999999\n', /byte 999999999999: line 1 of .*list\.scp points past the end/],
    ['a x.ark:3\n', /x\.ark, key a, byte 3: /],
    ['a x.ark:2[0:9]\n', /list\.scp, key a: line 1 asks for rows 0 to 9 of 2/],
    ['a x.ark:2[:,1:2]\n', /list\.scp, key a: line 1 asks for columns 1 to 2 of 2/],
    [`i x.ark:${archive.indexOf('i \0B') + 2}[0:0]\n`, /line 1 has a range on what is no matrix/],
    ['a list.scp\n', /list\.scp, key a: line 1 names a list, list\.scp, expected an archive/],
    [Buffer.from('a x\xff.ark\n', 'latin1'), /byte 0: line 1 is not UTF-8 text/],
    [archive, /line 1 has a zero byte, expected a text file/],
  ])('that is wrong is refused: %j', async (content, message) => {
    await expect(readScp(content)).rejects.toThrow(message);
  });

  it('says of a line to an archive that it lacks its offset', async () => {
    for (const name of ['x.ark', 'text.ark', 'packed.ark']) {
      folder.write('text.ark', ' a [\n 1 2\n 3 4 ]\n');
      folder.write('packed.ark', gzipSync(archive));
      await expect(readScp(`a ${name}\n`)).rejects.toMatchObject({
        message: expect.stringMatching(
          /list\.scp, key a: line 1 names .*\.ark without an offset, and that is an archive, whose first key is a\./,
        ) as string,
        hint: expect.stringContaining('ends in :OFFSET') as string,
      });
    }
    folder.write('lone.mat', floatMatrix('a', 1, 2, [1, 2]).subarray(2));
    folder.write('lone.txt', '\ufeff[ 5 6 ]\n');
    folder.write('numbers.txt', '7 8 9\n');
    const lone = await readScp('a lone.mat\nb lone.txt\nc numbers.txt\n');
    expect(lone.map(({ kind }) => kind)).toEqual(['matrix', 'vector', 'integers']);
  });

  it('runs a command only when that is allowed', async () => {
    const marker = join(folder.path, 'ran');
    const list = `a touch ${marker}; tail -c +3 ${join(folder.path, 'x.ark')} |[0:0]\n`;
    await expect(readScp(list)).rejects.toThrow(
      /list\.scp, key a: line 1 is the command "touch .* \|", which was not run/,
    );
    expect(existsSync(marker)).toBe(false);
    expect(await readScp(list, { allowCommands: true })).toEqual([
      { key: 'a', kind: 'matrix', matrix: { rows: 1, columns: 2, data: Float32Array.of(1, 2) } },
    ]);
    expect(existsSync(marker)).toBe(true);
  });

  it('says how a command failed', async () => {
    const options = { allowCommands: true };
    await expect(readScp('a echo some trouble >&2; exit 3 |\n', options)).rejects.toThrow(
      'the command "echo some trouble >&2; exit 3": ended with status 3. some trouble',
    );
    await expect(readScp("a printf '[ 1 2' |\n", options)).rejects.toThrow(
      /the command "printf .*, key a, byte 5: the file ends before the "\]"/,
    );
  });
});
