import { DataError, parseAs } from '@bnrnn/core';
import * as v from 'valibot';
import { readTypes } from './elementTypes';

/** Where one tensor lies in the data section, in bytes. */
export interface HeaderEntry {
  readonly name: string;
  /** F32, BF16, ... or a type that is not known here. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

const size = v.pipe(v.number(), v.integer(), v.minValue(0));

const entrySchema = v.strictObject({
  dtype: v.string(),
  shape: v.array(size),
  data_offsets: v.tuple([size, size]),
});

const headerSchema = v.object({ __metadata__: v.optional(v.record(v.string(), v.string())) });

/** The bytes that say how long the header is. */
export const lengthBytes = 8;

/** The first bytes of a safetensors file: the header's length and the header, padded to 8 bytes. */
export function encodeHeader(
  entries: readonly HeaderEntry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header = Object.fromEntries([
    ['__metadata__', metadata],
    ...entries.map(({ name, type, shape, from, to }) => [
      name,
      { dtype: type, shape, data_offsets: [from, to] },
    ]),
  ]) as unknown;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / lengthBytes) * lengthBytes;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, lengthBytes);
  return bytes;
}

/** No header of tensors is this long; what says so is no safetensors file. */
const longestHeader = 100 * 2 ** 20;

/**
 * Reads how long the header is.
 *
 * @param first       the file's first eight bytes, or what there is of them.
 * @param totalBytes  the length of the whole file.
 * @param where       what to call the file in an error.
 * @throws DataError when the file is shorter than its header.
 */
export function readHeaderLength(first: Uint8Array, totalBytes: number, where: string): number {
  if (totalBytes < lengthBytes) {
    throw new DataError(`${where} is truncated: ${totalBytes} bytes, expected at least 8.`);
  }
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (lengthBytes + length > totalBytes) {
    throw new DataError(
      `${where} is truncated: its header needs ${lengthBytes + length} bytes, the file has ${totalBytes}.`,
    );
  }
  if (length > longestHeader) {
    throw new DataError(`${where}: the header is ${length} bytes, expected at most 100 MiB.`);
  }
  return length;
}

/**
 * Reads and checks the header of a safetensors file.
 *
 * @param bytes      the header without its length.
 * @param dataBytes  how many bytes follow it.
 * @param where      what to call the file in an error.
 * @returns          the tensors in the order of their data.
 * @throws DataError when the file is truncated, holds more than its header says, or the header's
 *   types, shapes and offsets contradict each other.
 */
export function decodeHeader(bytes: Uint8Array, dataBytes: number, where: string): HeaderEntry[] {
  const header = parseHeader(bytes, where);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(name, value, where))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  checkOffsets(entries, dataBytes, where);
  return entries;
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    v.assert(headerSchema, Array.isArray(value) ? undefined : value);
    // Not the schema's copy, which lacks a tensor of a name such as "constructor".
    return value as Record<string, unknown>;
  } catch (cause) {
    throw new DataError(`${where}: the header is not a JSON object of tensors.`, { cause });
  }
}

function readEntry(name: string, value: unknown, where: string): HeaderEntry {
  const entry = parseAs(entrySchema, value, `${where}: ${name}`);
  const { dtype: type, shape, data_offsets } = entry;
  const [from, to] = data_offsets;
  const known = readTypes.get(type);
  const wanted = known === undefined ? undefined : shape.reduce((a, b) => a * b, known.bytes);
  if (to < from || to - from !== (wanted ?? to - from)) {
    const needs = wanted === undefined ? '' : ` = ${wanted} bytes`;
    throw new DataError(
      `${where}: ${name} is ${type} [${shape.join(', ')}]${needs}, but its offsets span ${to - from}.`,
    );
  }
  return { name, type, shape, from, to };
}

/** Tensors follow each other without a gap or an overlap, and fill the file. */
function checkOffsets(entries: readonly HeaderEntry[], dataBytes: number, where: string): void {
  let end = 0;
  for (const { name, from, to } of entries) {
    if (from !== end) {
      const what = from < end ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw new DataError(`${where}: ${name} starts at byte ${from} and ${what}, expected ${end}.`);
    }
    end = to;
  }
  if (end !== dataBytes) {
    const what = end > dataBytes ? 'is truncated' : 'holds more than its header says';
    throw new DataError(`${where} ${what}: ${dataBytes} bytes of data, expected ${end}.`);
  }
}
