import { DataError } from '@bnrnn/core';
import * as v from 'valibot';

/** The element types that are read and written, by their names in the file. */
export const elementTypes = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

type ElementType = keyof typeof elementTypes;

/** Where one tensor lies in the data section, in bytes. */
export interface HeaderEntry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

const size = v.pipe(v.number(), v.integer(), v.minValue(0));

const entrySchema = v.strictObject({
  dtype: v.picklist(Object.keys(elementTypes) as [ElementType, ...ElementType[]]),
  shape: v.array(size),
  data_offsets: v.tuple([size, size]),
});

const headerSchema = v.objectWithRest(
  { __metadata__: v.optional(v.record(v.string(), v.string()), {}) },
  v.unknown(),
);

const lengthBytes = 8;

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

/**
 * Reads and checks the header of a safetensors file.
 *
 * @param bytes  the whole file.
 * @param where  what to call the file in an error.
 * @returns      the tensors in the order of their data, and the offset of the data section.
 * @throws DataError when the file is truncated, holds more than its header says, or the header's
 *   types, shapes and offsets contradict each other.
 */
export function decodeHeader(
  bytes: Uint8Array,
  where: string,
): { entries: HeaderEntry[]; dataStart: number } {
  if (bytes.length < lengthBytes) {
    throw new DataError(`${where} is truncated: ${bytes.length} bytes, expected at least 8.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const dataStart = lengthBytes + headerLength;
  if (dataStart > bytes.length) {
    throw new DataError(
      `${where} is truncated: its header needs ${dataStart} bytes, the file has ${bytes.length}.`,
    );
  }
  const header = parseHeader(bytes.subarray(lengthBytes, dataStart), where);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(name, value, where))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  checkOffsets(entries, bytes.length - dataStart, where);
  return { entries, dataStart };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return v.parse(headerSchema, Array.isArray(value) ? undefined : value);
  } catch (cause) {
    throw new DataError(`${where}: the header is not a JSON object of tensors.`, { cause });
  }
}

function readEntry(name: string, value: unknown, where: string): HeaderEntry {
  const result = v.safeParse(entrySchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? 'the entry';
    throw new DataError(
      `${where}: ${path} of ${name} is ${issue.received}, expected ${issue.expected ?? 'less'}.`,
    );
  }
  const { dtype: type, shape, data_offsets } = result.output;
  const [from, to] = data_offsets;
  const wanted = shape.reduce((a, b) => a * b, elementTypes[type].BYTES_PER_ELEMENT);
  if (to - from !== wanted) {
    throw new DataError(
      `${where}: ${name} is ${type} [${shape.join(', ')}] = ${wanted} bytes, but its offsets span ${to - from}.`,
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
