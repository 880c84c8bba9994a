import { expect, it } from 'vitest';
import { DataError } from './errors';
import { refuseLfsPointer } from './gitLfs';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const pointer =
  'version https://git-lfs.github.com/spec/v1\n' +
  `oid sha256:${'4d7a'.repeat(16)}\nsize 5101618\n`;

it('refuses a pointer with the size of what is missing and the command that fetches it', () => {
  const refuse = () => refuseLfsPointer('data/train.txt', bytes(pointer));
  expect(refuse).toThrow(DataError);
  expect(refuse).toThrow(
    expect.objectContaining({
      message:
        'data/train.txt is a pointer of Git LFS: the file of 5101618 bytes was never fetched.',
      hint: expect.stringContaining('git lfs pull') as string,
    }),
  );
});

it('refuses a pointer that ends early', () => {
  expect(() => refuseLfsPointer('a', bytes(pointer.slice(0, 43)))).toThrow(
    'a is a pointer of Git LFS: the file was never fetched.',
  );
});

it.each(['', 'version', 'version 2 of the text\n', ` ${pointer}`])('lets %j pass', (text) => {
  expect(() => refuseLfsPointer('a', bytes(text))).not.toThrow();
});
