import type { Audio } from './audio';
import { checkSampleRate } from './checkSampleRate';
import { ByteReader } from './byteReader';

const convert = 'sox FILE -b 16 -e signed-integer -c 1 OUT.wav makes 16-bit mono PCM of it.';

/** Encodings by their number in a `fmt ` chunk. */
const encodings: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  3: 'floating point',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM',
  80: 'MPEG',
  85: 'MP3',
};

/** The last 14 bytes of the subtype of an extensible `fmt ` chunk, whose first two are the encoding. */
const extensibleSubtype = '\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71';

/** What writers into a pipe, which cannot go back to fill in the size, leave as the size of `data`. */
const streamSizes = [0xffffffff, 0x7fffffff, 0x7ffff000];

/**
 * Reads a RIFF WAV file of 16-bit PCM, one channel.
 *
 * Chunks other than `fmt ` and `data` are skipped. A file that was written into a pipe (sizes all ones,
 * sox's 0x7ffff000, or both zero) is read to its end.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 * @throws DataError naming the byte offset when the file is cut short, its sizes contradict each other, it
 *   holds no samples, or it is not 16-bit mono PCM.
 */
export function parseWav(bytes: Uint8Array, where: string): Audio {
  const reader: ByteReader = new ByteReader(bytes, where);
  const riff = reader.text(0, 4, 'the RIFF tag');
  if (riff !== 'RIFF') reader.fail(0, `begins with ${JSON.stringify(riff)}, expected RIFF`);
  const riffSize = reader.uint32(4, 'the RIFF size');
  const kind = reader.text(8, 4, 'the WAVE tag');
  if (kind !== 'WAVE') reader.fail(8, `holds ${JSON.stringify(kind)}, expected WAVE`);

  let sampleRate: number | undefined;
  let offset = 12;
  for (;;) {
    const name = reader.text(offset, 4, sampleRate === undefined ? 'fmt ' : 'the data chunk');
    const size = reader.uint32(offset + 4, `the size of chunk ${JSON.stringify(name)}`);
    const content = offset + 8;
    if (name === 'data') {
      if (sampleRate === undefined) reader.fail(offset, 'has data before fmt');
      return { sampleRate, samples: dataChunk(reader, content, size, riffSize) };
    }
    if (name === 'fmt ') {
      if (sampleRate !== undefined) reader.fail(offset, 'has two fmt chunks');
      sampleRate = formatChunk(reader, content, size);
    }
    offset = content + size + (size & 1);
    if (offset > reader.length) {
      reader.fail(
        content - 4,
        `cut short: chunk ${JSON.stringify(name)} says ${size} bytes, the file ends ${reader.length - content} bytes into it`,
      );
    }
  }
}

/** Checks the `fmt ` chunk; returns the sample rate. */
function formatChunk(reader: ByteReader, offset: number, size: number): number {
  if (size < 16) {
    reader.fail(offset - 4, `fmt says ${size} bytes, expected at least 16`);
  }
  let encoding = reader.uint16(offset, 'the encoding');
  if (encoding === 0xfffe) {
    if (size < 40) {
      reader.fail(offset - 4, `an extensible fmt says ${size} bytes, expected at least 40`);
    }
    encoding = reader.uint16(offset + 24, 'the subtype');
    if (reader.text(offset + 26, 14, 'the subtype') !== extensibleSubtype) encoding = 0xfffe;
  }
  const channels = reader.uint16(offset + 2, 'the channel count');
  const sampleRate = reader.uint32(offset + 4, 'the sample rate');
  const byteRate = reader.uint32(offset + 8, 'the byte rate');
  const blockAlign = reader.uint16(offset + 12, 'the block size');
  const bits = reader.uint16(offset + 14, 'the sample size');

  if (encoding !== 1) {
    const named = encodings[encoding] ?? `encoding ${encoding}`;
    reader.fail(offset, `holds ${named}, expected 16-bit PCM`, convert);
  }
  if (bits !== 16) reader.fail(offset + 14, `holds ${bits}-bit samples, expected 16`, convert);
  if (channels !== 1) {
    const hint = 'sox FILE OUT.wav remix 1 takes the first channel, remix - the mean of all.';
    reader.fail(offset + 2, `has ${channels} channels, expected one`, hint);
  }
  checkSampleRate(reader, offset + 4, sampleRate);
  if (blockAlign !== 2) {
    reader.fail(offset + 12, `says ${blockAlign} bytes a sample, 16-bit mono has 2`);
  }
  if (byteRate !== sampleRate * 2) {
    reader.fail(
      offset + 8,
      `says ${byteRate} bytes a second, ${sampleRate} samples of 2 bytes are ${sampleRate * 2}`,
    );
  }
  return sampleRate;
}

function dataChunk(
  reader: ByteReader,
  offset: number,
  saidSize: number,
  riffSize: number,
): Int16Array {
  const left = reader.length - offset;
  const streamed =
    (saidSize === 0 && riffSize === 0) ||
    (streamSizes.includes(saidSize) && riffSize >= 0x7ffff000);
  const size = streamed ? left : saidSize;
  if (size > left) {
    reader.fail(offset - 4, `cut short: data says ${size} bytes, ${left} are there`);
  }
  if (size === 0) reader.fail(offset, 'holds no samples');
  if (size & 1) {
    reader.fail(offset - 4, `data has ${size} bytes, not a whole number of 2-byte samples`);
  }
  if (!streamed) checkRiffSize(reader, riffSize, offset + size);
  return reader.int16s(offset, size / 2, true, 'data');
}

function checkRiffSize(reader: ByteReader, riffSize: number, dataEnd: number): void {
  const end = riffSize + 8;
  if (end < dataEnd) {
    const hint = 'sox FILE OUT.wav writes it anew with right sizes.';
    reader.fail(4, `the file says it ends at byte ${end}, its data at byte ${dataEnd}`, hint);
  }
  // A last chunk of odd size may lack its padding byte.
  if (end > reader.length + 1) {
    reader.fail(4, `cut short: the file says it ends at byte ${end}, it ends at ${reader.length}`);
  }
}
