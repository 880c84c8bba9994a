import type { ByteReader } from '../../bytes/byteReader';
import { sampleType } from './blockSamples';
import { block, ChannelDecoder } from './channelDecoder';
import { shortenHeader, within } from './shortenHeader';

const command = { quit: 4, blockSize: 5, shift: 6, verbatim: 9 } as const;
const mostShift = 31;
const soundBlocks: readonly number[] = Object.values(block);

export interface ShortenRequest {
  /** Where the stream begins in the file. */
  readonly start: number;
  /** Channels that the file states. */
  readonly channels: number;
  /** The channel to keep, from 0. */
  readonly channel: number;
  /** Samples of a channel that the file states: no more are decoded. */
  readonly count: number;
}

/** What was decoded. */
export interface ShortenSamples {
  /** int16 [samples]: as many as were asked for, fewer where the stream ends before. */
  readonly samples: Int16Array;
  /** The sum of all channels' samples, of µ-law their bytes, modulo 65,536: SPHERE's `sample_checksum`. */
  readonly checksum: number;
}

/**
 * Decodes one channel of a shorten stream, version 1 or 2, of 16-bit PCM or µ-law.
 *
 * Memory grows with what was decoded, not with what the file states.
 *
 * @throws DataError naming the byte where the stream is malformed or cut short.
 * @see Robinson, "SHORTEN: Simple lossless and near-lossless waveform compression", CUED/F-INFENG/TR.156, 1994.
 */
export function decodeShorten(
  reader: ByteReader,
  { start, channels, channel, count }: ShortenRequest,
): ShortenSamples {
  const header = shortenHeader(reader, start);
  const { bits } = header;
  if (header.channels !== channels) {
    bits.fail(`has ${header.channels} channels, the file states ${channels}`);
  }
  const type = sampleType(header.type, bits);
  const decoders = Array.from({ length: channels }, () => new ChannelDecoder(header));
  let samples = new Int16Array(Math.min(count, 1 << 16));
  /** Samples of every channel before this block. */
  let begin = 0;
  let { blockSize } = header;
  let shift = 0;
  let turn = 0;
  let checksum = 0;
  while (begin < count) {
    const kind = bits.unsigned(2);
    if (soundBlocks.includes(kind)) {
      const decoded = (decoders[turn] as ChannelDecoder).decode(kind, blockSize, shift);
      const used = Math.min(count - begin, decoded.length);
      if (begin + used > samples.length) samples = enlarged(samples, begin + used, count);
      for (let i = 0; i < used; i++) {
        const code = type.code(decoded[i] as number, shift);
        checksum = (checksum + code) & 0xffff;
        if (turn === channel) samples[begin + i] = type.sample(code);
      }
      if (turn === channels - 1) begin += used;
      turn = (turn + 1) % channels;
    } else if (kind === command.quit) {
      break;
    } else if (kind === command.blockSize) {
      blockSize = within(bits, 'blockSize', 1);
    } else if (kind === command.shift) {
      shift = bits.unsigned(2);
      if (shift > mostShift) bits.fail(`shifts by ${shift} bits, expected at most ${mostShift}`);
    } else if (kind === command.verbatim) {
      for (let left = bits.unsigned(5); left > 0; left--) bits.unsigned(8);
    } else {
      bits.fail(`holds a block of kind ${kind}, expected 0 to 9`);
    }
  }
  return { samples: samples.subarray(0, begin), checksum };
}

function enlarged(samples: Int16Array, least: number, most: number): Int16Array<ArrayBuffer> {
  const larger = new Int16Array(Math.min(most, 2 * least));
  larger.set(samples);
  return larger;
}
