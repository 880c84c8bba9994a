import type { ByteReader } from '../../bytes/byteReader';
import { ShortenBits } from './shortenBits';

/** What stands before the blocks of a shorten stream. */
export interface ShortenHeader {
  readonly bits: ShortenBits;
  /** 1 or 2; the second rounds its means and predictions. */
  readonly version: number;
  readonly type: number;
  readonly channels: number;
  readonly blockSize: number;
  /** The most coefficients that a linear prediction has. */
  readonly mostCoefficients: number;
  /** Blocks whose mean is remembered for each channel. */
  readonly means: number;
}

const magic = 'ajkg';
const limits = { channels: 64, blockSize: 65_535, mostCoefficients: 1024, means: 1024 };

/** Reads the header of a shorten stream, version 1 or 2. */
export function shortenHeader(reader: ByteReader, start: number): ShortenHeader {
  const tag = reader.text(start, 5, 'the shorten tag');
  if (!tag.startsWith(magic)) {
    reader.fail(start, `the shorten stream begins with ${JSON.stringify(tag)}, expected ${magic}`);
  }
  const version = tag.charCodeAt(4);
  if (version !== 1 && version !== 2) {
    reader.fail(start + 4, `the shorten stream has version ${version}, expected 1 or 2`);
  }
  const bits = new ShortenBits(reader, start + 5);
  const type = bits.sized();
  const channels = within(bits, 'channels', 1);
  const blockSize = within(bits, 'blockSize', 1);
  const mostCoefficients = within(bits, 'mostCoefficients', 0);
  const means = within(bits, 'means', 0);
  for (let skipped = bits.sized(); skipped > 0; skipped--) bits.unsigned(7);
  return { bits, version, type, channels, blockSize, mostCoefficients, means };
}

/** A size of the header, or of a later block. */
export function within(bits: ShortenBits, name: keyof typeof limits, least: number): number {
  const value = bits.sized();
  if (value >= least && value <= limits[name]) return value;
  return bits.fail(`says ${name} ${value}, expected ${least} to ${limits[name]}`);
}
