import type { ByteReader } from '../bytes/byteReader';
import { alawSamples, mulawSamples } from './codecs/g711';

/** How a file holds one sample. */
export interface SampleFormat {
  readonly name: string;
  /** Bytes of a sample. */
  readonly bytes: number;
  /** The sample as a 16-bit one, not rounded yet: full scale is 32,768. */
  read(view: DataView, offset: number): number;
  /** True where the bytes are an int16 array's on this machine. */
  readonly isNative?: boolean;
}

const fullScale = 32_768;
const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export const mulaw: SampleFormat = {
  name: 'µ-law',
  bytes: 1,
  read: (view, offset) => mulawSamples[view.getUint8(offset)] as number,
};

export const alaw: SampleFormat = {
  name: 'A-law',
  bytes: 1,
  read: (view, offset) => alawSamples[view.getUint8(offset)] as number,
};

/** 16-bit PCM of either byte order. */
export function pcm16(littleEndian: boolean): SampleFormat {
  return {
    name: '16-bit PCM',
    bytes: 2,
    isNative: littleEndian === hostIsLittleEndian,
    read: (view, offset) => view.getInt16(offset, littleEndian),
  };
}

/** PCM as WAV has it, low byte first, 8 bits without a sign; undefined for other widths. */
export function wavPcm(bits: number): SampleFormat | undefined {
  switch (bits) {
    case 8:
      return {
        name: '8-bit PCM',
        bytes: 1,
        read: (view, offset) => (view.getUint8(offset) - 128) * 256,
      };
    case 16:
      return pcm16(true);
    case 24:
      return {
        name: '24-bit PCM',
        bytes: 3,
        read: (view, offset) =>
          (view.getInt16(offset + 1, true) * 256 + view.getUint8(offset)) / 2 ** 8,
      };
    case 32:
      return {
        name: '32-bit PCM',
        bytes: 4,
        read: (view, offset) => view.getInt32(offset, true) / 2 ** 16,
      };
    default:
      return undefined;
  }
}

/** Floating point from −1 to 1, low byte first; undefined for other widths than 32 and 64. */
export function wavFloat(bits: number): SampleFormat | undefined {
  switch (bits) {
    case 32:
      return {
        name: 'float32',
        bytes: 4,
        read: (view, offset) => view.getFloat32(offset, true) * fullScale,
      };
    case 64:
      return {
        name: 'float64',
        bytes: 8,
        read: (view, offset) => view.getFloat64(offset, true) * fullScale,
      };
    default:
      return undefined;
  }
}

/** Samples side by side, and which of them to take. */
export interface ChannelRequest {
  /** The byte of the first sample. */
  readonly offset: number;
  /** Samples of each channel. */
  readonly count: number;
  readonly channels: number;
  /** From 0. */
  readonly channel: number;
  readonly format: SampleFormat;
}

/**
 * Takes one channel as 16-bit samples: finer ones are rounded to the nearest, louder ones cut off.
 *
 * @returns int16 [count]: a view of the file's bytes where they are such samples already, a copy otherwise.
 */
export function takeChannel(reader: ByteReader, request: ChannelRequest): Int16Array {
  const { offset, count, channels, channel, format } = request;
  const step = channels * format.bytes;
  const view = reader.view(offset, count * step, 'the samples');
  if (channels === 1 && format.isNative === true && view.byteOffset % 2 === 0) {
    return new Int16Array(view.buffer, view.byteOffset, count);
  }
  const samples = new Int16Array(count);
  for (let i = 0, at = channel * format.bytes; i < count; i++, at += step) {
    const sample = format.read(view, at);
    if (Number.isNaN(sample)) reader.fail(offset + at, `sample ${i} is not a number`);
    samples[i] = Math.max(-fullScale, Math.min(fullScale - 1, Math.round(sample)));
  }
  return samples;
}
