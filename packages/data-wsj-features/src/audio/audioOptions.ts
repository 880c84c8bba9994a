import type { ByteReader } from '../bytes/byteReader';

/** What a reader of recordings may be told. */
export interface AudioOptions {
  /** The channel to take, from 1. Left out, a recording must have one. */
  readonly channel?: number;
  /** Told, in a sentence, where the sizes in a file disagree with what is there. */
  readonly note?: (sentence: string) => void;
}

/**
 * The channel to take, from 0.
 *
 * @param offset    where the file states its channels, for the error.
 * @param channels  how many it states.
 */
export function channelOf(
  reader: ByteReader,
  offset: number,
  channels: number,
  { channel }: AudioOptions,
): number {
  if (!Number.isInteger(channels) || channels < 1) {
    reader.fail(offset, `has ${channels} channels, expected at least one`);
  }
  if (channel === undefined) {
    if (channels === 1) return 0;
    const hint = 'Choose one of them: --channel 1 (in a program, channel: 1).';
    return reader.fail(offset, `has ${channels} channels, expected one`, hint);
  }
  if (Number.isInteger(channel) && channel >= 1 && channel <= channels) return channel - 1;
  const has = channels === 1 ? 'one channel' : `${channels} channels`;
  return reader.fail(offset, `has ${has}, and channel ${channel} was asked for, counted from 1`);
}
