import { DataError } from '@bnrnn/core';
import { readTypes, writtenTypes, type StoredNumbers, type WrittenType } from './elementTypes';
import type { PartReader } from './partReader';
import {
  decodeHeader,
  encodeHeader,
  lengthBytes,
  readHeaderLength,
  type HeaderEntry,
} from './safetensorsHeader';

/** Bytes that are handed on at once: systems write and hash less than 2 GiB in one call. */
const longestPart = 2 ** 26;

/** The numbers of one tensor in memory. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: StoredNumbers;
}

/** A tensor that is fetched only when its bytes are written. */
export interface TensorSource {
  readonly type: WrittenType;
  readonly shape: readonly number[];
  read(): StoredNumbers | Promise<StoredNumbers>;
}

/**
 * The bytes of a safetensors file, piece by piece: the header, then one tensor after the other.
 *
 *   u64 header length, little-endian | JSON header | data, row-major, little-endian
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export async function* encodeSafetensors(
  tensors: ReadonlyMap<string, TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let end = 0;
  const entries = [...tensors].map(([name, { type, shape }]): HeaderEntry => {
    const from = end;
    end += shape.reduce((a, b) => a * b, writtenTypes[type].BYTES_PER_ELEMENT);
    return { name, type, shape, from, to: end };
  });
  yield encodeHeader(entries, metadata);
  for (const tensor of tensors.values()) {
    const { buffer, byteOffset, byteLength } = await tensor.read();
    for (let from = 0; from < byteLength; from += longestPart) {
      yield new Uint8Array(buffer, byteOffset + from, Math.min(longestPart, byteLength - from));
    }
  }
}

export interface DecodeOptions {
  /**
   * Told of each tensor whose numbers have no place in a StoredTensor (8-bit floats, 64-bit integers that do not fit
   * into 32 bits); the others are read. Without it such a file is refused.
   */
  readonly onUnread?: (name: string, reason: string) => void;
}

/**
 * Reads a safetensors file; the numbers are copied out of `bytes`.
 *
 *   F32, F64, I32, U8, BOOL as they are    BF16, F16 -> float32    I8, I16, U16, and U32, I64, U64 that fit -> int32
 *
 * @param where  what to call the file in an error.
 * @throws DataError when the file is truncated or contradicts itself, or, without `onUnread`, when a tensor's numbers
 *   have no place; all such tensors are named.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  where: string,
  { onUnread }: DecodeOptions = {},
): Map<string, StoredTensor> {
  // Of a Node Buffer, `slice` would be a view.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = lengthBytes + readHeaderLength(plain, plain.length, where);
  const entries = decodeHeader(
    plain.subarray(lengthBytes, dataStart),
    plain.length - dataStart,
    where,
  );
  const read = new ReadTensors();
  for (const entry of entries) {
    read.add(entry, plain.slice(dataStart + entry.from, dataStart + entry.to).buffer);
  }
  return read.finish(where, onUnread);
}

/**
 * Reads a safetensors file of any length part by part.
 *
 * @param totalBytes  the length of the whole file.
 * @param where       what to call the file in an error.
 * @throws DataError as `decodeSafetensors` does.
 */
export async function readSafetensors(
  reader: PartReader,
  totalBytes: number,
  where: string,
): Promise<Map<string, StoredTensor>> {
  const first = await reader.take(Math.min(lengthBytes, totalBytes));
  const headerBytes = readHeaderLength(first, totalBytes, where);
  const header = await reader.take(headerBytes);
  const read = new ReadTensors();
  const entries = decodeHeader(header, totalBytes - lengthBytes - headerBytes, where);
  for (const entry of entries) {
    const { buffer } = await reader.take(entry.to - entry.from);
    read.add(entry, buffer);
  }
  return read.finish(where);
}

/** The tensors of a file as they are read, and those that cannot be. */
class ReadTensors {
  readonly #tensors = new Map<string, StoredTensor>();
  readonly #unread = new Map<string, string>();

  add({ name, type, shape }: HeaderEntry, buffer: ArrayBuffer): void {
    const known = readTypes.get(type);
    const data = known?.read(buffer);
    if (data !== undefined) this.#tensors.set(name, { shape, data });
    else if (known === undefined) this.#unread.set(name, `its type ${type} is not read`);
    else this.#unread.set(name, `its ${type} numbers do not all fit into 32 bits`);
  }

  finish(where: string, onUnread?: DecodeOptions['onUnread']): Map<string, StoredTensor> {
    if (onUnread === undefined && this.#unread.size > 0) {
      const named = [...this.#unread].map(([name, reason]) => `${name} (${reason})`);
      throw new DataError(`${where}: not every tensor can be read: ${named.join(', ')}.`, {
        hint: 'Convert them to float32 or int32 before they are saved, or pass onUnread to leave them out.',
      });
    }
    for (const [name, reason] of this.#unread) onUnread?.(name, reason);
    return this.#tensors;
  }
}
