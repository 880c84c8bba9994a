import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import type { TextLine } from '../../bytes/textLines';
import { readTextLines } from './readTextLines';

const folder = temporaryFolder();

async function linesOf(content: Buffer | string): Promise<TextLine[]> {
  const lines: TextLine[] = [];
  for await (const line of readTextLines(folder.write('list', content))) lines.push(line);
  return lines;
}

describe('readTextLines', () => {
  const text = 'one 1\r\n\n\t zwölf  \nlast';

  it.each([
    ['plain', Buffer.from(text)],
    ['packed', gzipSync(text)],
  ])('gives each line with its number and its first byte: %s', async (_, content) => {
    expect(await linesOf(content)).toEqual([
      { text: 'one 1', line: 1, offset: 0 },
      { text: '', line: 2, offset: 7 },
      { text: 'zwölf', line: 3, offset: 8 },
      // Two bytes of the ö.
      { text: 'last', line: 4, offset: 19 },
    ]);
  });

  it('has no line in an empty file, and takes lines longer than its buffer', async () => {
    expect(await linesOf('')).toEqual([]);
    const long = 'x'.repeat(700_000);
    expect(await linesOf(`${long}\ny\n`)).toEqual([
      { text: long, line: 1, offset: 0 },
      { text: 'y', line: 2, offset: 700_001 },
    ]);
  });

  it('takes a long run of blanks in a line as quickly as any bytes', async () => {
    const text = `a${' \t'.repeat(1 << 20)}b`;
    expect(await linesOf(`  ${text} \n`)).toEqual([{ text, line: 1, offset: 0 }]);
  });

  it('leaves out a byte order mark, which is counted in offsets', async () => {
    const content = `\ufeffa 1\n\ufeffb\n`;
    for (const bytes of [Buffer.from(content), gzipSync(content)]) {
      expect(await linesOf(bytes)).toEqual([
        { text: 'a 1', line: 1, offset: 3 },
        { text: '\ufeffb', line: 2, offset: 7 },
      ]);
    }
    expect(await linesOf('\ufeff')).toEqual([]);
  });

  it.each([
    ['with its mark', Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('a 1\n', 'utf16le')])],
    ['without', Buffer.from('ab 1\n', 'utf16le')],
    ['with the high byte first', Buffer.from('ab 1\n', 'utf16le').swap16()],
  ])('says of UTF-16 what it looks like: %s', async (_, content) => {
    await expect(linesOf(content)).rejects.toMatchObject({
      message: expect.stringContaining('line 1 has a zero byte') as string,
      hint: 'It looks like UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW.',
    });
  });

  it('says that a pointer of Git LFS is one', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 123456\n`;
    await expect(linesOf(pointer)).rejects.toThrow(
      /list is a pointer of Git LFS: the file of 123456 bytes was never fetched\./,
    );
  });

  it('refuses zero bytes and other encodings', async () => {
    await expect(linesOf('a\nb\0c\n')).rejects.toThrow(
      /list, byte 2: line 2 has a zero byte, expected a text file\./,
    );
    await expect(linesOf(Buffer.from('a\n\xe9\n', 'latin1'))).rejects.toThrow(
      /list, byte 2: line 2 is not UTF-8 text\./,
    );
  });
});
