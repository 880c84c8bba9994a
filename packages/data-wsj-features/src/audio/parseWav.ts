import type { Audio } from './audio';
import { channelOf, type AudioOptions } from './audioOptions';
import { ByteReader } from '../bytes/byteReader';
import { takeChannel } from './sampleFormat';
import { wavFormat, type WavFormat } from './wavFormat';
import { looksLikeChunk, sampleBytes } from './wavSizes';

/**
 * Reads one channel of a RIFF WAV file: PCM of 8, 16, 24 or 32 bits, float32, float64, A-law or µ-law, with a plain or an
 * extensible `fmt `. Chunks other than `fmt ` and `data` are skipped; `sampleBytes` says what wrong sizes mean.
 *
 * @param bytes  the whole file; the samples may be a view of it.
 * @param where  the file, as errors name it.
 * @throws DataError naming the byte offset when the file is cut short, its format contradicts itself or is another
 *   one, it holds no samples, or several channels of which none was chosen.
 */
export function parseWav(bytes: Uint8Array, where: string, options: AudioOptions = {}): Audio {
  const reader: ByteReader = new ByteReader(bytes, where);
  const note = (sentence: string): void => options.note?.(`${where}: ${sentence}.`);
  const riffTag = reader.text(0, 4, 'the RIFF tag');
  if (riffTag !== 'RIFF') reader.fail(0, `begins with ${JSON.stringify(riffTag)}, expected RIFF`);
  const riff = reader.uint32(4, 'the RIFF size');
  const kind = reader.text(8, 4, 'the WAVE tag');
  if (kind !== 'WAVE') reader.fail(8, `holds ${JSON.stringify(kind)}, expected WAVE`);

  let format: WavFormat | undefined;
  let at = 12;
  for (;;) {
    const name = reader.text(at, 4, format === undefined ? 'fmt ' : 'the data chunk');
    const size = reader.uint32(at + 4, `the size of chunk ${JSON.stringify(name)}`);
    const offset = at + 8;
    if (name === 'data') {
      if (format === undefined) return reader.fail(at, 'has data before fmt');
      const { channels, sampleRate, samples } = format;
      const block = channels * samples.bytes;
      const there = sampleBytes(reader, { offset, data: size, riff, block }, note);
      const channel = channelOf(reader, format.offset + 2, channels, options);
      const count = there / block;
      return {
        sampleRate,
        samples: takeChannel(reader, { offset, count, channels, channel, format: samples }),
      };
    }
    if (name === 'fmt ') {
      if (format !== undefined) reader.fail(at, 'has two fmt chunks');
      format = wavFormat(reader, offset, size);
    }
    at = nextChunk(reader, { name, offset, size }, note);
  }
}

/** Where the chunk behind this one begins; one of odd size may lack its padding byte. */
function nextChunk(
  reader: ByteReader,
  { name, offset, size }: { name: string; offset: number; size: number },
  note: (sentence: string) => void,
): number {
  const end = offset + size;
  if (end > reader.length) {
    reader.fail(
      offset - 4,
      `cut short: chunk ${JSON.stringify(name)} says ${size} bytes, the file ends ${reader.length - offset} bytes into it`,
    );
  }
  if (size % 2 === 0) return end;
  if (looksLikeChunk(reader, end) && !startsKnownChunk(reader, end + 1)) {
    note(`chunk ${JSON.stringify(name)} of ${size} bytes has no padding byte`);
    return end;
  }
  return end + 1;
}

function startsKnownChunk(reader: ByteReader, at: number): boolean {
  return (
    looksLikeChunk(reader, at) && /^(data|fmt |fact|LIST|JUNK|bext)$/.test(reader.text(at, 4, ''))
  );
}
