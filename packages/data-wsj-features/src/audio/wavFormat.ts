import type { ByteReader } from '../bytes/byteReader';
import { checkSampleRate } from './checkSampleRate';
import { alaw, mulaw, wavFloat, wavPcm, type SampleFormat } from './sampleFormat';

/** What the `fmt ` chunk of a WAV file says. */
export interface WavFormat {
  /** The byte of its first field. */
  readonly offset: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly samples: SampleFormat;
}

/** Encodings that are not read, by their number. */
const otherEncodings: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM',
  80: 'MPEG',
  85: 'MP3',
};
const convert = 'sox FILE -b 16 -e signed-integer OUT.wav makes 16-bit PCM of it.';

/** The last 14 bytes of the subtype of an extensible `fmt ` chunk, whose first two are the encoding. */
const extensibleSubtype = '\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71';

/** Reads and checks a `fmt ` chunk. */
export function wavFormat(reader: ByteReader, offset: number, size: number): WavFormat {
  if (size < 16) reader.fail(offset - 4, `fmt says ${size} bytes, expected at least 16`);
  const encoding = encodingOf(reader, offset, size);
  const channels = reader.uint16(offset + 2, 'the channel count');
  const sampleRate = reader.uint32(offset + 4, 'the sample rate');
  const byteRate = reader.uint32(offset + 8, 'the byte rate');
  const blockAlign = reader.uint16(offset + 12, 'the block size');
  const bits = reader.uint16(offset + 14, 'the sample size');

  const samples = sampleFormat(reader, offset, encoding, bits);
  if (channels === 0) reader.fail(offset + 2, 'has 0 channels, expected at least one');
  checkSampleRate(reader, offset + 4, sampleRate);
  const block = channels * samples.bytes;
  if (blockAlign !== block) {
    const each = channels === 1 ? 'one channel' : `${channels} channels`;
    reader.fail(
      offset + 12,
      `says ${blockAlign} bytes a sample, ${samples.name} of ${each} has ${block}`,
    );
  }
  if (byteRate !== sampleRate * block) {
    reader.fail(
      offset + 8,
      `says ${byteRate} bytes a second, ${sampleRate} samples of ${block} bytes are ${sampleRate * block}`,
    );
  }
  return { offset, channels, sampleRate, samples };
}

function encodingOf(reader: ByteReader, offset: number, size: number): number {
  const encoding = reader.uint16(offset, 'the encoding');
  if (encoding !== 0xfffe) return encoding;
  if (size < 40) {
    reader.fail(offset - 4, `an extensible fmt says ${size} bytes, expected at least 40`);
  }
  const subtype = reader.uint16(offset + 24, 'the subtype');
  return reader.text(offset + 26, 14, 'the subtype') === extensibleSubtype ? subtype : encoding;
}

function sampleFormat(
  reader: ByteReader,
  offset: number,
  encoding: number,
  bits: number,
): SampleFormat {
  const refuseWidth = (expected: string): never =>
    reader.fail(offset + 14, `holds ${bits}-bit samples, expected ${expected}`, convert);
  switch (encoding) {
    case 1:
      return wavPcm(bits) ?? refuseWidth('8, 16, 24 or 32 bits of PCM');
    case 3:
      return wavFloat(bits) ?? refuseWidth('32 or 64 bits of floating point');
    case 6:
      return bits === 8 ? alaw : refuseWidth('8 bits of A-law');
    case 7:
      return bits === 8 ? mulaw : refuseWidth('8 bits of µ-law');
    default: {
      const named = otherEncodings[encoding] ?? `encoding ${encoding}`;
      return reader.fail(
        offset,
        `holds ${named}, expected PCM, floating point, A-law or µ-law`,
        convert,
      );
    }
  }
}
