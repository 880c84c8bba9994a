import { printable } from '../bytes/fault';
import type { Audio } from './audio';
import { ByteReader } from './byteReader';
import { checkSampleRate } from './checkSampleRate';
import { sphereHeader, type SphereField } from './sphereHeader';

/**
 * Reads a NIST SPHERE file of 16-bit PCM, one channel, in either byte order.
 *
 * Shorten-compressed files (most of the WSJ discs) are refused with the command that unpacks them.
 * `sample_checksum` is not checked; bytes after the last sample are ignored.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 * @throws DataError naming the byte offset when the file is cut short, a field of the header is missing or
 *   absurd, it holds no samples, or it is not 16-bit mono PCM.
 */
export function parseSphere(bytes: Uint8Array, where: string): Audio {
  const reader = new ByteReader(bytes, where);
  const header = sphereHeader(reader);
  refuseOtherCodings(reader, header.fields.get('sample_coding'));

  const number = (name: string, missing?: number): { value: number; offset: number } => {
    const field = header.fields.get(name);
    if (field !== undefined) {
      if (typeof field.value === 'number') return { value: field.value, offset: field.offset };
      return reader.fail(
        field.offset,
        `${name} is "${printable(field.value)}", expected a number (-i)`,
      );
    }
    if (missing !== undefined) return { value: missing, offset: 0 };
    return reader.fail(16, `the SPHERE header has no ${name}`);
  };

  const channels = number('channel_count', 1);
  if (channels.value !== 1) {
    const hint = 'sph2pipe -f wav -c 1 FILE OUT.wav takes the first channel.';
    reader.fail(channels.offset, `has ${channels.value} channels, expected one`, hint);
  }
  const width = number('sample_n_bytes', 2);
  if (width.value !== 2) {
    const hint = 'sph2pipe -p -f wav FILE OUT.wav makes 16-bit PCM of it.';
    reader.fail(width.offset, `holds samples of ${width.value} bytes, expected 2`, hint);
  }
  const rate = number('sample_rate');
  checkSampleRate(reader, rate.offset, rate.value);
  const count = number('sample_count');
  const there = Math.floor((reader.length - header.size) / 2);
  if (!Number.isSafeInteger(count.value) || count.value < 0) {
    reader.fail(count.offset, `sample_count is ${count.value}, expected a whole number`);
  }
  if (count.value === 0) reader.fail(count.offset, 'holds no samples');
  if (count.value > there) {
    reader.fail(
      count.offset,
      `cut short: sample_count is ${count.value}, the file has room for ${Math.max(0, there)}`,
    );
  }
  const littleEndian = isLittleEndian(reader, header.fields.get('sample_byte_format'));
  return {
    sampleRate: rate.value,
    samples: reader.int16s(header.size, count.value, littleEndian, 'the samples'),
  };
}

/** A byte order must be given: 01 is little-endian, 10 big-endian. */
function isLittleEndian(reader: ByteReader, field: SphereField | undefined): boolean {
  if (field === undefined) return reader.fail(16, 'the SPHERE header has no sample_byte_format');
  if (field.value === '01') return true;
  if (field.value === '10') return false;
  return reader.fail(
    field.offset,
    `sample_byte_format is "${printable(String(field.value))}", expected 01 or 10`,
  );
}

function refuseOtherCodings(reader: ByteReader, field: SphereField | undefined): void {
  if (field === undefined || field.value === 'pcm') return;
  const coding = printable(String(field.value));
  if (/shorten/.test(String(field.value))) {
    const hint = 'sph2pipe -f wav FILE OUT.wav unpacks it; then read OUT.wav.';
    reader.fail(field.offset, `holds shorten-compressed samples (${coding}), expected pcm`, hint);
  }
  const hint = 'sph2pipe -p -f wav FILE OUT.wav makes 16-bit PCM of it.';
  reader.fail(field.offset, `holds ${coding} samples, expected pcm`, hint);
}
