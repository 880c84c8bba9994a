import { printable } from '../bytes/fault';
import type { ByteReader } from '../bytes/byteReader';
import type { SphereHeader } from './sphereHeader';

/** The samples of each channel that the header states. */
export function countOf(
  reader: ByteReader,
  header: SphereHeader,
): { value: number; offset: number } {
  const count = numberIn(reader, header, 'sample_count');
  if (!Number.isSafeInteger(count.value) || count.value < 0) {
    reader.fail(count.offset, `sample_count is ${count.value}, expected a whole number`);
  }
  if (count.value === 0) reader.fail(count.offset, 'holds no samples');
  return count;
}

/** A number of the header and where it stands; `missing` is its value where there is none. */
export function numberIn(
  reader: ByteReader,
  { fields }: SphereHeader,
  name: string,
  missing?: number,
): { value: number; offset: number } {
  const field = fields.get(name);
  if (field !== undefined) {
    if (typeof field.value === 'number') return { value: field.value, offset: field.offset };
    return reader.fail(
      field.offset,
      `${name} is "${printable(field.value)}", expected a number (-i)`,
    );
  }
  if (missing !== undefined) return { value: missing, offset: 0 };
  return reader.fail(16, `the SPHERE header has no ${name}`);
}

/** A byte order must be given for 16-bit samples: 01 is little-endian, 10 big-endian. */
export function isLittleEndian(reader: ByteReader, { fields }: SphereHeader): boolean {
  const field = fields.get('sample_byte_format');
  if (field === undefined) return reader.fail(16, 'the SPHERE header has no sample_byte_format');
  if (field.value === '01') return true;
  if (field.value === '10') return false;
  return reader.fail(
    field.offset,
    `sample_byte_format is "${printable(String(field.value))}", expected 01 or 10`,
  );
}
