import type { ByteSource } from '../bytes/byteSource';
import { fault } from '../bytes/fault';

/**
 * Reads a source to its end into one array: of the source's size where that is known, otherwise at most twice what
 * came.
 *
 * @throws DataError when there are more than `most` bytes.
 */
export async function readAll(source: ByteSource, most: number, hint: string): Promise<Uint8Array> {
  const refuse = (size: number | string): never => {
    throw fault({ file: source.path }, `has ${size} bytes, expected at most ${most}.`, { hint });
  };
  const { size } = source;
  if (size !== undefined && size > most) refuse(size);
  let bytes = new Uint8Array(size ?? 1 << 16);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      if (size !== undefined) return bytes;
      if (length >= most) refuse(`more than ${most}`);
      const larger = new Uint8Array(Math.min(most, 2 * length));
      larger.set(bytes);
      bytes = larger;
    }
    const read = await source.read(length, bytes.subarray(length));
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
}

/** Reads `count` bytes from a position on, fewer where the source ends before; memory grows with what came. */
export async function readAt(
  source: ByteSource,
  position: number,
  count: number,
): Promise<Uint8Array> {
  const left = source.size === undefined ? count : Math.max(0, source.size - position);
  let bytes = new Uint8Array(Math.min(count, left, source.size === undefined ? 1 << 16 : count));
  let length = 0;
  while (length < count) {
    if (length === bytes.length) {
      if (source.size !== undefined) break;
      const larger = new Uint8Array(Math.min(count, 2 * length));
      larger.set(bytes);
      bytes = larger;
    }
    const read = await source.read(position + length, bytes.subarray(length));
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
