import { DataError, longestLfsPointer, refuseLfsPointer } from '@bnrnn/core';
import type { ReadStream, Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { TextSource } from '../text/scanText';

const pieceBytes = 1 << 16;

/** What packs a file, by its first bytes. */
const packed: readonly (readonly [name: string, unpack: string, magic: readonly number[]])[] = [
  ['zip', 'unzip', [0x50, 0x4b, 3, 4]],
  ['bzip2', 'bunzip2', [0x42, 0x5a, 0x68]],
  ['xz', 'unxz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['zstd', 'unzstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', '7z x', [0x37, 0x7a, 0xbc, 0xaf]],
];

/**
 * Opens a file for its bytes, in pieces: from any byte on, as often as needed. What gzip packed, by whatever name,
 * is unpacked, and read once.
 *
 * @throws DataError for what is no regular file (a pipe would never end), a pointer of Git LFS, a file
 *   that another program packed, and, while it is read, for one that is damaged, cannot be read or was written to.
 */
export async function openText(path: string): Promise<TextSource['pieces']> {
  const { begin, info } = await readBegin(path);
  refuseLfsPointer(path, begin);
  const starts = (magic: readonly number[]) => magic.every((byte, i) => begin[i] === byte);
  const known = packed.find(([, , magic]) => starts(magic));
  if (known !== undefined) {
    const [name, unpack] = known;
    throw new DataError(`${path} is packed by ${name}, expected plain text or gzip.`, {
      hint: `Unpack it first: ${unpack}.`,
    });
  }
  if (starts([0x1f, 0x8b])) return unpackedPieces(path, info);
  return (from) => piecesOf(path, info, from);
}

async function* unpackedPieces(path: string, info: Stats): AsyncGenerator<Uint8Array, void> {
  const unpacked = createGunzip({ chunkSize: pieceBytes });
  const file = await streamOf(path, info, 0);
  file.on('error', (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  try {
    yield* unpacked;
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}

async function* piecesOf(
  path: string,
  info: Stats,
  from: number,
): AsyncGenerator<Uint8Array, void> {
  const file = await streamOf(path, info, from);
  try {
    yield* file;
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    file.destroy();
  }
}

/** The bytes of a file from one on. @throws DataError where it is not what it was. */
async function streamOf(path: string, before: Stats, start: number): Promise<ReadStream> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { size, mtimeMs, ino } = await file.stat();
  if (size === before.size && mtimeMs === before.mtimeMs && ino === before.ino) {
    return file.createReadStream({ start, highWaterMark: pieceBytes });
  }
  await file.close();
  throw new DataError(`${path} was written to since it was opened.`, {
    hint: 'A text must stay as it is while it is used. Start again.',
  });
}

async function readBegin(path: string): Promise<{ begin: Uint8Array; info: Stats }> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw notAFile(path, info);
    const file = await open(path);
    try {
      const begin = new Uint8Array(longestLfsPointer);
      const { bytesRead } = await file.read(begin, 0, begin.length, 0);
      return { begin: begin.subarray(0, bytesRead), info };
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw unreadable(path, cause);
  }
}

function notAFile(path: string, info: Stats): DataError {
  const kind = info.isDirectory()
    ? 'folder'
    : info.isFIFO()
      ? 'pipe'
      : info.isSocket()
        ? 'socket'
        : 'device';
  return new DataError(`${path} is a ${kind}, expected a file.`, {
    hint: kind === 'folder' ? 'Name a file there.' : `Write what the ${kind} says to a file first.`,
  });
}

const hints: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'It is cut short: copy it again or pack it again.',
  Z_DATA_ERROR: 'It is damaged: copy it again or pack it again.',
  ENOENT: 'Is the path right? A link may lead nowhere.',
  EACCES: 'Its permissions do not let you read it.',
  EPERM: 'Its permissions do not let you read it.',
};

function unreadable(path: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const hint = Object.hasOwn(hints, code) ? hints[code] : undefined;
  return new DataError(`${path} cannot be read: ${reason}.`, {
    cause,
    hint: hint ?? 'Copy it to another disk and try again.',
  });
}
