import type { PartReader } from './partReader';
import {
  decodeHeader,
  elementTypes,
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
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** A tensor that is fetched only when its bytes are written. */
export interface TensorSource {
  readonly type: HeaderEntry['type'];
  readonly shape: readonly number[];
  read(): StoredTensor['data'] | Promise<StoredTensor['data']>;
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
    end += shape.reduce((a, b) => a * b, elementTypes[type].BYTES_PER_ELEMENT);
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

/**
 * Reads a safetensors file; the numbers are copied out of `bytes`.
 *
 * @param where  what to call the file in an error.
 * @throws DataError when the file is truncated or contradicts itself.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Map<string, StoredTensor> {
  // Of a Node Buffer, `slice` would be a view.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = lengthBytes + readHeaderLength(plain, plain.length, where);
  const entries = decodeHeader(
    plain.subarray(lengthBytes, dataStart),
    plain.length - dataStart,
    where,
  );
  return new Map(
    entries.map(({ name, type, shape, from, to }) => {
      const copy = plain.slice(dataStart + from, dataStart + to);
      return [name, { shape, data: new elementTypes[type](copy.buffer) }];
    }),
  );
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
  const tensors = new Map<string, StoredTensor>();
  const entries = decodeHeader(header, totalBytes - lengthBytes - headerBytes, where);
  for (const { name, type, shape, from, to } of entries) {
    const { buffer } = await reader.take(to - from);
    tensors.set(name, { shape, data: new elementTypes[type](buffer) });
  }
  return tensors;
}
