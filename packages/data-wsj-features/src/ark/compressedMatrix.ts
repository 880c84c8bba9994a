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
  if (rows === 0) return data;
  const perUnit = fround(range * fround(1 / 65535));
  const percentiles = toUint16(bytes, 0, 4 * columns);
  const percentile = (i: number): number => fround(least + fround(perUnit * (percentiles[i] ?? 0)));
  let from = 8 * columns;
  for (let c = 0; c < columns; c++) {
    const p0 = percentile(4 * c);
    const p25 = percentile(4 * c + 1);
    const p75 = percentile(4 * c + 2);
    const p100 = percentile(4 * c + 3);
    const low = fround(p25 - p0);
    const middle = fround(p75 - p25);
    const high = fround(p100 - p75);
    for (let i = c; i < data.length; i += columns) {
      const value = bytes[from++] ?? 0;
      if (value <= 64) data[i] = p0 + fround(low * value) * (1 / 64);
      else if (value <= 192) data[i] = p25 + fround(middle * (value - 64)) * (1 / 128);
      else data[i] = p75 + fround(high * (value - 192)) * (1 / 63);
    }
  }
  return data;
}

/** Little-endian 16-bit numbers, wherever they start. */
function toUint16(bytes: Uint8Array, start: number, count: number): Uint16Array {
  const values = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = (bytes[start + 2 * i] ?? 0) | ((bytes[start + 2 * i + 1] ?? 0) << 8);
  }
  return values;
}
