import { DataError } from '@bnrnn/core';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type TensorSource } from './safetensors';

async function encode(tensors: Map<string, TensorSource>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeSafetensors(tensors, { format: 'test' })) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

function example(): Map<string, TensorSource> {
  return new Map<string, TensorSource>([
    ['weights', { type: 'F32', shape: [2, 3], read: () => Float32Array.of(1, -2, 3, 4.5, 0, 7) }],
    ['ids', { type: 'I32', shape: [2], read: () => Promise.resolve(Int32Array.of(-5, 9)) }],
    ['flags', { type: 'U8', shape: [3], read: () => Uint8Array.of(1, 0, 255) }],
    ['empty', { type: 'F32', shape: [0, 4], read: () => new Float32Array(0) }],
    ['one', { type: 'F64', shape: [], read: () => Float64Array.of(Math.PI) }],
  ]);
}

/** A file with a header of our own making. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

test('the bytes are what the format says', async () => {
  const bytes = await encode(
    new Map([['a', { type: 'F32', shape: [1], read: () => Float32Array.of(1.5) }]]),
  );
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    __metadata__: { format: 'test' },
    a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
  });
  expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0xc0, 0x3f]); // 1.5, little-endian
});

test('what was written is read back, also out of a Node buffer', async () => {
  const bytes = await encode(example());
  const padded = Buffer.concat([Buffer.of(9), bytes]).subarray(1); // not aligned
  const read = decodeSafetensors(padded, 'x');
  expect([...read.keys()].sort()).toEqual(['empty', 'flags', 'ids', 'one', 'weights']);
  expect(read.get('weights')).toEqual({
    shape: [2, 3],
    data: Float32Array.of(1, -2, 3, 4.5, 0, 7),
  });
  expect(read.get('ids')).toEqual({ shape: [2], data: Int32Array.of(-5, 9) });
  expect(read.get('flags')).toEqual({ shape: [3], data: Uint8Array.of(1, 0, 255) });
  expect(read.get('empty')).toEqual({ shape: [0, 4], data: new Float32Array(0) });
  expect(read.get('one')).toEqual({ shape: [], data: Float64Array.of(Math.PI) });
  padded.fill(0);
  expect(read.get('ids')?.data[1]).toBe(9); // a copy
});

test('every truncation is refused', async () => {
  const bytes = await encode(example());
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeSafetensors(bytes.subarray(0, length), 'cut'), `${length}`).toThrow(
      /^cut.* truncated/,
    );
  }
});

describe('a file that contradicts itself is refused', () => {
  const f32 = (from: number, to: number, shape = [(to - from) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [from, to],
  });
  test.each<[string, Uint8Array, string]>([
    ['more data', file({ a: f32(0, 8) }, 12), 'holds more than its header says'],
    ['an overlap', file({ a: f32(0, 8), b: f32(4, 12) }, 12), 'b starts at byte 4 and overlaps'],
    ['a gap', file({ a: f32(0, 4), b: f32(8, 12) }, 12), 'b starts at byte 8 and leaves a gap'],
    ['another size', file({ a: f32(0, 8, [3]) }, 8), 'a is F32 [3] = 12 bytes, but its offsets'],
    ['backward offsets', file({ a: f32(8, 0, [2]) }, 8), 'a is F32 [2] = 8 bytes'],
    ['no type', file({ a: { ...f32(0, 8), dtype: 8 } }, 8), 'a: dtype is 8'],
    [
      'a backward span',
      file({ a: { ...f32(8, 0, [2]), dtype: 'F8' } }, 8),
      'a is F8 [2], but its offsets span -8',
    ],
    ['a negative size', file({ a: f32(0, 8, [-2]) }, 8), 'a: shape.0 is -2'],
    ['no JSON', file('{"a":', 8), 'not a JSON object'],
    ['a list', file([], 0), 'not a JSON object'],
    ['odd metadata', file({ __metadata__: { a: 1 } }, 0), 'not a JSON object'],
    ['a huge header', Uint8Array.of(255, 255, 255, 255, 255, 0, 0, 0, 1), 'truncated'],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'file')).toThrow(DataError);
    expect(() => decodeSafetensors(bytes, 'file')).toThrow(message);
  });
});

describe('types that are read and not written', () => {
  const bits = (...values: number[]): number[] =>
    values.flatMap((value) => [value & 0xff, value >> 8]);
  const int64 = (...values: bigint[]): number[] => [
    ...new Uint8Array(BigInt64Array.from(values).buffer),
  ];
  /** A file of vectors: name, type, elements, bytes. */
  function vectors(...list: [string, string, number, number[]][]): Uint8Array {
    let end = 0;
    const header = list.map(([name, dtype, size, { length }]) => {
      const from = end;
      end += length;
      return [name, { dtype, shape: [size], data_offsets: [from, end] }];
    });
    const bytes = file(Object.fromEntries(header), end);
    bytes.set(
      list.flatMap(([, , , data]) => data),
      bytes.length - end,
    );
    return bytes;
  }

  test('half-precision floats become float32, to the bit', () => {
    const read = decodeSafetensors(
      vectors(
        // torch.tensor([1, -2.5, 3.140625, inf, 1e-38 rounded]).bfloat16()
        ['bf16', 'BF16', 5, bits(0x3f80, 0xc020, 0x4049, 0x7f80, 0x006d)],
        // 1, −2, 65504, the smallest normal, the smallest subnormal, −0, −inf, NaN
        ['f16', 'F16', 8, bits(0x3c00, 0xc000, 0x7bff, 0x0400, 1, 0x8000, 0xfc00, 0x7e01)],
      ),
      'x',
    );
    expect(read.get('bf16')?.data).toEqual(
      Float32Array.of(1, -2.5, 3.140625, Infinity, 0x6d * 2 ** -133),
    );
    expect(read.get('f16')?.data).toEqual(
      Float32Array.of(1, -2, 65504, 2 ** -14, 2 ** -24, -0, -Infinity, NaN),
    );
  });

  test('integers become int32 where they fit', () => {
    const read = decodeSafetensors(
      vectors(
        ['i64', 'I64', 3, int64(5n, -(2n ** 31n), 2n ** 31n - 1n)],
        ['i16', 'I16', 1, bits(0xfffe)],
        ['i8', 'I8', 2, [0xff, 3]],
        ['u32', 'U32', 1, [1, 1, 0, 0]],
        ['bool', 'BOOL', 2, [0, 1]],
      ),
      'x',
    );
    expect(read.get('i64')?.data).toEqual(Int32Array.of(5, -(2 ** 31), 2 ** 31 - 1));
    expect(read.get('i16')?.data).toEqual(Int32Array.of(-2));
    expect(read.get('i8')?.data).toEqual(Int32Array.of(-1, 3));
    expect(read.get('u32')?.data).toEqual(Int32Array.of(257));
    expect(read.get('bool')?.data).toEqual(Uint8Array.of(0, 1));
  });

  test('what cannot be read is named, and the rest is read', () => {
    const bytes = vectors(
      ['weights', 'F16', 1, bits(0x3c00)],
      ['tiny', 'F8_E4M3', 3, [1, 2, 3]],
      ['large', 'I64', 1, int64(2n ** 32n)],
      ['constructor', 'constructor', 1, [0]],
    );
    const unread: [string, string][] = [];
    const read = decodeSafetensors(bytes, 'x', {
      onUnread: (name, reason) => unread.push([name, reason]),
    });
    expect([...read.keys()]).toEqual(['weights']);
    expect(unread).toEqual([
      ['tiny', 'its type F8_E4M3 is not read'],
      ['large', 'its I64 numbers do not all fit into 32 bits'],
      ['constructor', 'its type constructor is not read'],
    ]);
    expect(() => decodeSafetensors(bytes, 'x')).toThrow(
      'x: not every tensor can be read: tiny (its type F8_E4M3 is not read), large (its I64 numbers do not all fit into 32 bits), constructor (',
    );
  });
});
