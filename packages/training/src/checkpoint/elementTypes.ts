/** The numbers of one tensor in memory. */
export type StoredNumbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The element types that are written, by their names in a safetensors file. */
export const writtenTypes = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

export type WrittenType = keyof typeof writtenTypes;

/** How the elements of a type are read. */
export interface ElementType {
  readonly bytes: number;
  /** The numbers of a little-endian array; undefined where one of them has no place in what they become. */
  read(buffer: ArrayBuffer): StoredNumbers | undefined;
}

/**
 * The element types that are read. Half-precision floats become float32 and narrow integers int32, both exactly;
 * 64-bit integers become int32 where all of them fit.
 */
export const readTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ...Object.entries(writtenTypes).map(([name, Numbers]): [string, ElementType] => [
    name,
    { bytes: Numbers.BYTES_PER_ELEMENT, read: (buffer) => new Numbers(buffer) },
  ]),
  [
    'BF16',
    { bytes: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), fromBfloat16) },
  ],
  ['F16', { bytes: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), fromFloat16) }],
  ['I8', { bytes: 1, read: (buffer) => Int32Array.from(new Int8Array(buffer)) }],
  ['I16', { bytes: 2, read: (buffer) => Int32Array.from(new Int16Array(buffer)) }],
  ['U16', { bytes: 2, read: (buffer) => Int32Array.from(new Uint16Array(buffer)) }],
  ['U32', { bytes: 4, read: (buffer) => fitting(new Uint32Array(buffer)) }],
  ['I64', { bytes: 8, read: (buffer) => fitting(new BigInt64Array(buffer)) }],
  ['U64', { bytes: 8, read: (buffer) => fitting(new BigUint64Array(buffer)) }],
  ['BOOL', { bytes: 1, read: (buffer) => new Uint8Array(buffer) }],
]);

/** Sign, 5 bits of exponent, 10 of fraction: the value of IEEE 754's binary16. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function fromBfloat16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

function fitting(numbers: Uint32Array | BigInt64Array | BigUint64Array): Int32Array | undefined {
  const out = Int32Array.from(numbers as ArrayLike<number | bigint>, Number);
  return out.every((value, i) => value === Number(numbers[i])) ? out : undefined;
}
