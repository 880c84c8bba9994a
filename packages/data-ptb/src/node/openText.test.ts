import { DataError } from '@bnrnn/core';
import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openText } from './openText';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bnrnn-open-'));
});
afterAll(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const read = async (path: string, from = 0): Promise<string> => {
  const pieces: Uint8Array[] = [];
  const opened = await openText(path);
  for await (const piece of typeof opened === 'function' ? opened(from) : opened)
    pieces.push(piece);
  return Buffer.concat(pieces).toString();
};
/** What reading a file fails with; its path is called `the text`. */
const failure = (path: string): Promise<unknown> =>
  read(path).then(
    () => undefined,
    (reason: unknown) => {
      if (reason instanceof DataError) reason.message = reason.message.replace(path, 'the text');
      return reason;
    },
  );
const text = 'a line\n'.repeat(100_000);

it.each([
  ['plain.txt', text],
  ['named.txt.gz', gzipSync(text)],
  ['packed-in-spite-of-its-name.txt', gzipSync(text)],
  ['unpacked-in-spite-of-its-name.txt.gz', text],
  ['two-members.gz', Buffer.concat([gzipSync(text.slice(0, 70)), gzipSync(text.slice(70))])],
])('reads %s', async (name, content) => {
  expect(await read(await put(name, content))).toBe(text);
});

it('refuses a pipe at once, instead of waiting for its writer', async () => {
  const pipe = join(folder, 'pipe.txt');
  execFileSync('mkfifo', [pipe]);
  expect(await failure(pipe)).toMatchObject({
    name: 'DataError',
    message: 'the text is a pipe, expected a file.',
    hint: 'Write what the pipe says to a file first.',
  });
});

it('refuses devices and folders', async () => {
  expect(await failure('/dev/zero')).toMatchObject({
    message: 'the text is a device, expected a file.',
  });
  await mkdir(join(folder, 'train.txt'));
  expect(await failure(join(folder, 'train.txt'))).toMatchObject({
    message: 'the text is a folder, expected a file.',
  });
});

it('refuses a pointer of Git LFS', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
  expect(await failure(await put('lfs.txt', pointer))).toMatchObject({
    message: 'the text is a pointer of Git LFS: the file of 12 bytes was never fetched.',
  });
});

it.each([
  ['zip', 'unzip', [0x50, 0x4b, 3, 4, 20, 0]],
  ['bzip2', 'bunzip2', [0x42, 0x5a, 0x68, 0x39, 0x31]],
  ['xz', 'unxz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]],
  ['zstd', 'unzstd', [0x28, 0xb5, 0x2f, 0xfd, 4]],
])('names what %s packed and how it is unpacked', async (name, unpack, bytes) => {
  expect(await failure(await put(`a.${name}`, Uint8Array.from(bytes)))).toMatchObject({
    message: `the text is packed by ${name}, expected plain text or gzip.`,
    hint: `Unpack it first: ${unpack}.`,
  });
});

it('gives each fault the hint that belongs to it', async () => {
  const short = await failure(await put('short.gz', gzipSync(text).subarray(0, -12)));
  expect(short).toBeInstanceOf(DataError);
  expect(short).toMatchObject({
    message: 'the text cannot be read: unexpected end of file.',
    hint: 'It is cut short: copy it again or pack it again.',
  });
  const damaged = gzipSync(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) % 251)));
  damaged.fill(0xff, 60, 90);
  expect(await failure(await put('damaged.gz', damaged))).toMatchObject({
    hint: 'It is damaged: copy it again or pack it again.',
  });
  await symlink(join(folder, 'nowhere'), join(folder, 'link'));
  expect(await failure(join(folder, 'link'))).toMatchObject({
    hint: 'Is the path right? A link may lead nowhere.',
  });
});
