import type { MatrixHeader } from './binaryHeader';

/**
 * Decompresses a `CM`, `CM2` or `CM3` matrix into float32 [rows, columns].
 *
 *   CM2, CM3   least + value · (range / 65535 or 255), row by row
 *   CM         four 16-bit percentiles a column (0, 25, 75, 100 %), then a byte a value, column by column, linear
 *              between the percentiles with breaks at 64 and 192
 *
 * Every product and sum is rounded where Kaldi's own code rounds to float32, so the values are Kaldi's to the bit.
 */
export function decompress(header: MatrixHeader, bytes: Uint8Array): Float32Array {
  switch (header.token) {
    case 'CM3':
      return decompressLinear(header, bytes, 255);
    case 'CM2':
      return decompressLinear(header, toUint16(bytes, 0, header.rows * header.columns), 65535);
    default:
      return decompressByColumn(header, bytes);
  }
}

const { fround } = Math;

function decompressLinear(
  { least, range, rows, columns }: MatrixHeader,
  values: Uint8Array | Uint16Array,
  steps: number,
): Float32Array {
  const step = fround(range * (1 / steps));
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < data.length; i++) data[i] = least + fround((values[i] ?? 0) * step);
  return data;
}

function decompressByColumn(
  { least, range, rows, columns }: MatrixHeader,
  bytes: Uint8Array,
): Float32Array {
  const data = new Float32Array(rows * columns);
  const perUnit = fround(range * fround(1 / 65535));
  const percentiles = Float32Array.from(
    toUint16(bytes, 0, 4 * columns),
    (value) => least + fround(perUnit * value),
  );
  // Looked up and stored as bits: no conversion to float64 and back.
  const bits = new Int32Array(data.buffer);
  const values = new Float32Array(4 * 256);
  const valueBits = new Int32Array(values.buffer);
  // The values of a column lie a row apart, so four columns share a pass over the rows.
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    for (let k = 0; k < 4; k++) fillValues(values, 256 * k, percentiles, 4 * (c + k));
    const from0 = 8 * columns + c * rows;
    const from1 = from0 + rows;
    const from2 = from1 + rows;
    const from3 = from2 + rows;
    for (let r = 0, to = c; r < rows; r++, to += columns) {
      bits[to] = valueBits[bytes[from0 + r] as number] as number;
      bits[to + 1] = valueBits[256 | (bytes[from1 + r] as number)] as number;
      bits[to + 2] = valueBits[512 | (bytes[from2 + r] as number)] as number;
      bits[to + 3] = valueBits[768 | (bytes[from3 + r] as number)] as number;
    }
  }
  for (; c < columns; c++) {
    fillValues(values, 0, percentiles, 4 * c);
    const from = 8 * columns + c * rows;
    for (let r = 0, to = c; r < rows; r++, to += columns) {
      bits[to] = valueBits[bytes[from + r] as number] as number;
    }
  }
  return data;
}

/** Writes what each byte of a column stands for, behind `to`; its four percentiles start at `from`. */
function fillValues(
  values: Float32Array,
  to: number,
  percentiles: Float32Array,
  from: number,
): void {
  const p0 = percentiles[from] as number;
  const p25 = percentiles[from + 1] as number;
  const p75 = percentiles[from + 2] as number;
  const p100 = percentiles[from + 3] as number;
  const low = fround(p25 - p0);
  const middle = fround(p75 - p25);
  const high = fround(p100 - p75);
  for (let v = 0; v <= 64; v++) values[to + v] = p0 + fround(low * v) * (1 / 64);
  for (let v = 65; v <= 192; v++) values[to + v] = p25 + fround(middle * (v - 64)) * (1 / 128);
  for (let v = 193; v < 256; v++) values[to + v] = p75 + fround(high * (v - 192)) * (1 / 63);
}

/** Little-endian 16-bit numbers, wherever they start. */
function toUint16(bytes: Uint8Array, start: number, count: number): Uint16Array {
  const values = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = (bytes[start + 2 * i] ?? 0) | ((bytes[start + 2 * i + 1] ?? 0) << 8);
  }
  return values;
}
