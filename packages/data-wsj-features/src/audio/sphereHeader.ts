import { printable } from '../bytes/fault';
import type { ByteReader } from '../bytes/byteReader';

/** A header line `NAME -TYPE VALUE`; `offset` is where the line begins. */
interface SphereField {
  readonly value: string | number;
  readonly offset: number;
}

export interface SphereHeader {
  /** Bytes of the header: where the samples begin. */
  readonly size: number;
  readonly fields: ReadonlyMap<string, SphereField>;
}

/** Reads the text header of a NIST SPHERE file: `NIST_1A`, its own size, fields, `end_head`. */
export function sphereHeader(reader: ByteReader): SphereHeader {
  const tag = reader.text(0, 8, 'the NIST_1A tag');
  if (tag !== 'NIST_1A\n') reader.fail(0, `begins with ${JSON.stringify(tag)}, expected NIST_1A`);
  const sizeText = reader.text(8, 8, 'the header size');
  const size = /^ *[0-9]+\n$/.test(sizeText) ? Number(sizeText) : NaN;
  if (!(size >= 32)) {
    reader.fail(
      8,
      `the header size is ${JSON.stringify(sizeText)}, expected a number as "   1024\\n"`,
    );
  }
  const text = reader.text(0, size, 'the header');

  const fields = new Map<string, SphereField>();
  for (let offset = 16; ;) {
    const end = text.indexOf('\n', offset);
    if (end < 0) return reader.fail(offset, 'the SPHERE header has no end_head');
    const line = text.slice(offset, end).trim();
    if (line === 'end_head') return { size, fields };
    if (line !== '' && !line.startsWith(';')) {
      const [name, value] = parseField(reader, line, offset);
      if (fields.has(name)) reader.fail(offset, `the SPHERE header has ${printable(name)} twice`);
      fields.set(name, { value, offset });
    }
    offset = end + 1;
  }
}

function parseField(reader: ByteReader, line: string, offset: number): [string, string | number] {
  const match = /^(\S+) +-(i|r|s([0-9]+)) +(.*)$/.exec(line);
  if (match === null) {
    return reader.fail(offset, `the header line "${printable(line)}" is not NAME -TYPE VALUE`);
  }
  const [, name = '', type, length, value = ''] = match;
  // The length of a string comes first in its type: -s3 pcm.
  if (length !== undefined) return [name, value.slice(0, Number(length))];
  const number = Number(value.trim());
  const fits = type === 'i' ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (!fits || value.trim() === '') {
    reader.fail(offset, `${printable(name)} is "${printable(value)}", expected a number`);
  }
  return [name, number];
}
