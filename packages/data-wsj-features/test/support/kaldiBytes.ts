import type { ByteSource } from '../../src/bytes/byteSource';

/** Kaldi's bytes, written field by field and without the code under test. */
export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

export const float32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};

export const float64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

export const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

/** The byte 4 and an int32: how Kaldi writes a single integer. */
export const tagged = (value: number): Buffer => Buffer.concat([Buffer.of(4), int32(value)]);

/** Strings as they are, and buffers, one after the other. */
export const bytes = (...parts: (string | Buffer | readonly Buffer[])[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) =>
      typeof part === 'string' ? [Buffer.from(part)] : Buffer.isBuffer(part) ? [part] : [...part],
    ),
  );

export const floatMatrix = (key: string, rows: number, columns: number, values: number[]): Buffer =>
  bytes(`${key} \0BFM `, tagged(rows), tagged(columns), values.map(float32));

export const integerVector = (key: string, values: number[]): Buffer =>
  bytes(`${key} \0B`, tagged(values.length), values.map(tagged));

/** A compressed matrix of 3 rows and 2 columns whose values are easy to compute by hand. */
export const compressedMatrix = (key: string): Buffer =>
  bytes(
    `${key} \0BCM `,
    [float32(-1), float32(65.535), int32(3), int32(2)],
    // Percentiles in steps of 0.001: column 0 from 0 to 63 by quarters, column 1 constant at 9.
    [1000, 17_000, 49_000, 64_000, 10_000, 10_000, 10_000, 10_000].map(uint16),
    Buffer.of(0, 128, 255, 7, 100, 200),
  );

/** A source in memory that gives at most `piece` bytes at a time. */
export function memorySource(content: Buffer | string, piece = 7, path = 'memory'): ByteSource {
  const all = Buffer.from(content);
  return {
    path,
    size: all.length,
    sequential: false,
    read(position, target) {
      const from = all.subarray(position, position + Math.min(piece, target.length));
      target.set(from);
      return Promise.resolve(from.length);
    },
    close: () => Promise.resolve(),
  };
}
