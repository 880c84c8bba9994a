import { printable } from '../bytes/fault';
import type { Audio } from './audio';
import { channelOf, type AudioOptions } from './audioOptions';
import { ByteReader } from '../bytes/byteReader';
import { checkSampleRate } from './checkSampleRate';
import { alaw, mulaw, pcm16, takeChannel, type SampleFormat } from './sampleFormat';
import { decodeShorten } from './codecs/decodeShorten';
import { countOf, isLittleEndian, numberIn } from './sphereFields';
import { sphereHeader, type SphereHeader } from './sphereHeader';

/** Spellings of `sample_coding`. */
const codings: Readonly<Record<string, 'pcm' | 'mulaw' | 'alaw'>> = {
  pcm: 'pcm',
  ulaw: 'mulaw',
  mulaw: 'mulaw',
  'mu-law': 'mulaw',
  alaw: 'alaw',
  'a-law': 'alaw',
};
const convert = 'sox FILE -b 16 -e signed-integer OUT.wav converts what sox can read.';

/**
 * Reads one channel of a NIST SPHERE file: 16-bit PCM in either byte order or µ-law, as they are or
 * shorten-compressed (`embedded-shorten-v2.00`, as most of the WSJ discs are), and A-law.
 *
 * `sample_checksum` is checked where the samples are compressed; bytes after the last sample are ignored.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 * @throws DataError naming the byte offset when the file is cut short, a field of the header is missing or absurd, the
 *   compressed samples are damaged, it holds no samples or another coding, or several channels of which none was chosen.
 */
export function parseSphere(bytes: Uint8Array, where: string, options: AudioOptions = {}): Audio {
  const reader = new ByteReader(bytes, where);
  const header = sphereHeader(reader);
  const { coding, packed } = codingOf(reader, header);
  const channels = numberIn(reader, header, 'channel_count', 1);
  const channel = channelOf(reader, channels.offset, channels.value, options);
  const rate = numberIn(reader, header, 'sample_rate');
  checkSampleRate(reader, rate.offset, rate.value);
  const count = countOf(reader, header);
  const sizes = { count: count.value, channels: channels.value, channel };
  if (packed) return { sampleRate: rate.value, samples: unpacked(reader, header, sizes) };
  const format = formatOf(reader, header, coding);
  const there = withRoom(reader, header, sizes, format);
  const samples = takeChannel(reader, { offset: header.size, format, ...there });
  return { sampleRate: rate.value, samples };
}

interface Sizes {
  readonly count: number;
  readonly channels: number;
  readonly channel: number;
}

/** Refuses a sample count that the file has no room for. */
function withRoom(
  reader: ByteReader,
  header: SphereHeader,
  sizes: Sizes,
  { bytes }: SampleFormat,
): Sizes {
  const { count, channels } = sizes;
  const there = Math.floor((reader.length - header.size) / (bytes * channels));
  if (count <= there) return sizes;
  return reader.fail(
    header.fields.get('sample_count')?.offset ?? 16,
    `cut short: sample_count is ${count}, the file has room for ${Math.max(0, there)}`,
  );
}

function unpacked(reader: ByteReader, header: SphereHeader, sizes: Sizes): Int16Array {
  const { samples, checksum } = decodeShorten(reader, { start: header.size, ...sizes });
  if (samples.length < sizes.count) {
    reader.fail(
      header.fields.get('sample_count')?.offset ?? 16,
      `cut short: sample_count is ${sizes.count}, ${samples.length} are in the shorten stream`,
    );
  }
  const stated = header.fields.get('sample_checksum');
  if (typeof stated?.value === 'number' && stated.value !== checksum) {
    const hint = 'Copy the file from its disc again.';
    reader.fail(
      stated.offset,
      `is damaged: the samples add up to ${checksum}, sample_checksum is ${stated.value}`,
      hint,
    );
  }
  return samples;
}

function codingOf(
  reader: ByteReader,
  { fields }: SphereHeader,
): { coding: 'pcm' | 'mulaw' | 'alaw'; packed: boolean } {
  const field = fields.get('sample_coding');
  if (field === undefined) return { coding: 'pcm', packed: false };
  const [name = '', packing] = String(field.value).trim().split(',');
  const coding = Object.hasOwn(codings, name) ? codings[name] : undefined;
  const packed = packing !== undefined;
  const isRead = packed ? /^embedded-shorten-v[12]\b/.test(packing) && coding !== 'alaw' : true;
  if (coding !== undefined && isRead) return { coding, packed };
  return reader.fail(
    field.offset,
    `holds ${printable(String(field.value))} samples, expected pcm, ulaw or alaw, the first two with or without embedded-shorten`,
    convert,
  );
}

function formatOf(
  reader: ByteReader,
  header: SphereHeader,
  coding: 'pcm' | 'mulaw' | 'alaw',
): SampleFormat {
  const wanted = coding === 'pcm' ? 2 : 1;
  const width = numberIn(reader, header, 'sample_n_bytes', wanted);
  if (width.value !== wanted) {
    const name = { pcm: 'pcm', mulaw: 'ulaw', alaw: 'alaw' }[coding];
    reader.fail(
      width.offset,
      `holds ${name} samples of ${width.value} bytes, expected ${wanted}`,
      convert,
    );
  }
  if (coding === 'mulaw') return mulaw;
  if (coding === 'alaw') return alaw;
  return pcm16(isLittleEndian(reader, header));
}
