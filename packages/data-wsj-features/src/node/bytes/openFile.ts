import { longestLfsPointer, reasonOf, refuseLfsPointer } from '@bnrnn/core';
import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '../../bytes/byteSource';
import { fault } from '../../bytes/fault';
import { StreamSource } from './streamSource';

/**
 * Opens a file for reading; one that starts with gzip's two bytes is unpacked, whatever its name.
 *
 * @throws DataError when it is missing, not a regular file (a pipe would wait for ever), unreadable, or a pointer of Git
 *   LFS in the place of a file.
 */
export async function openFile(path: string): Promise<ByteSource> {
  let handle: FileHandle | undefined;
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      throw fault({ file: path }, `is ${kindOf(found)}, expected a regular file.`);
    }
    handle = await open(path, 'r');
    const begin = Buffer.alloc(Math.min(found.size, longestLfsPointer));
    await handle.read(begin, 0, begin.length, 0);
    refuseLfsPointer(path, begin);
    if (!isGzip(begin)) return new FileSource(path, found.size, handle);
    await handle.close();
    return new StreamSource(path, () => unpack(path));
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    if (cause instanceof Error && cause.name === 'DataError') throw cause;
    throw fault({ file: path }, `cannot be opened: ${reasonOf(cause)}.`, { cause });
  }
}

class FileSource implements ByteSource {
  readonly sequential = false;

  constructor(
    readonly path: string,
    readonly size: number,
    readonly handle: FileHandle,
  ) {}

  async read(position: number, target: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.handle.read(target, 0, target.length, position);
      return bytesRead;
    } catch (cause) {
      throw fault({ file: this.path, offset: position }, `cannot be read: ${reasonOf(cause)}.`, {
        cause,
      });
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

function unpack(path: string): { stream: ReturnType<typeof createGunzip>; stop(): void } {
  const file = createReadStream(path, { highWaterMark: 1 << 16 });
  const stream = createGunzip({ chunkSize: 1 << 16 });
  // An error of either reaches the reader through the unpacked stream.
  pipeline(file, stream, () => undefined);
  return { stream, stop: () => stream.destroy() };
}

const isGzip = (begin: Uint8Array): boolean => begin[0] === 0x1f && begin[1] === 0x8b;

function kindOf(found: { isDirectory(): boolean; isFIFO(): boolean }): string {
  if (found.isDirectory()) return 'a folder';
  return found.isFIFO() ? 'a named pipe' : 'a device or socket';
}
