import type { ByteReader } from '../bytes/byteReader';

/** Sizes that a writer into a pipe, which cannot go back, leaves: none, or 2 GiB and more (less what some round off). */
const leastMarker = 0x7fff0000;

/** What a WAV file says of where its samples end. */
export interface StatedSizes {
  /** The byte of the first sample. */
  readonly offset: number;
  /** What the `data` chunk says. */
  readonly data: number;
  /** What the file's head says: the bytes behind its own eight. */
  readonly riff: number;
  /** Bytes of a sample of all channels. */
  readonly block: number;
}

/**
 * How many bytes of samples a WAV file holds, whatever its two sizes say. This is the one place for that rule:
 *
 *   1. A size of 0 or near 2 GiB and above means "to the end", in either field.
 *   2. Otherwise the data's size is right where it ends with the file, where other chunks follow up to the end, or where
 *      the file's size agrees with it.
 *   3. Otherwise the samples go on to the end where the file's size ends there (or is the whole file's length), or the
 *      data's size goes past the end and the file's does not.
 *   4. Otherwise a data size that the file has room for is taken; one that it has not is a file cut short.
 *
 * @param note  told where a size disagrees with what is there.
 * @throws DataError where samples are missing, or there are none.
 */
export function sampleBytes(
  reader: ByteReader,
  sizes: StatedSizes,
  note: (sentence: string) => void,
): number {
  const { offset, data, riff, block } = sizes;
  const left = reader.length - offset;
  const [end, dataEnd, riffEnd] = [reader.length, offset + data, riff + 8];
  const riffEndsHere = agree(riffEnd, end) || riff === end;

  let bytes: number;
  if (isStreamed(data) || isStreamed(riff)) {
    const isChunk = left > 0 && (data === 0 ? !isStreamed(riff) : !isStreamed(data));
    bytes = isChunk && dataEnd < end && chunksUpTo(reader, dataEnd, end) ? data : left;
  } else if (dataEnd > end) {
    if (agree(dataEnd, riffEnd) || !(riffEndsHere || riffEnd < end)) {
      reader.fail(offset - 4, `cut short: data says ${data} bytes, ${left} are there`);
    }
    note(`data says ${data} bytes, ${left} are there, and no more by the size in the file's head`);
    bytes = left;
  } else if (
    data % block === 0 &&
    (agree(dataEnd, end) || chunksUpTo(reader, dataEnd, end) || agree(dataEnd, riffEnd))
  ) {
    if (!agree(riffEnd, end)) {
      note(`the file says it ends at byte ${riffEnd}, it ends at byte ${end}`);
    }
    bytes = data;
  } else if (riffEndsHere) {
    note(`data says ${data} bytes, ${left} are there`);
    bytes = left;
  } else {
    note(`data says ${data} bytes, and the file says it ends at byte ${riffEnd}, not ${end}`);
    bytes = data;
  }
  if (bytes < block) reader.fail(offset, 'holds no samples');
  return bytes - (bytes % block);
}

/** Whether a size is what a writer leaves that could not know it. */
export const isStreamed = (size: number): boolean => size === 0 || size >= leastMarker;

/** Whether two ends are the same but for a padding byte. */
const agree = (a: number, b: number): boolean => Math.abs(a - b) <= 1;

/** Whether whole chunks stand from here to the end; nothing at all is none. */
function chunksUpTo(reader: ByteReader, start: number, end: number): boolean {
  let at = start + (start & 1);
  if (at >= end) return false;
  while (at + 8 <= end) {
    if (!looksLikeChunk(reader, at)) return false;
    const size = reader.uint32(at + 4, 'a chunk');
    at += 8 + size + (size & 1);
  }
  return agree(at, end);
}

/** Whether the name of a chunk stands here: four printable characters. */
export function looksLikeChunk(reader: ByteReader, at: number): boolean {
  return at + 8 <= reader.length && /^[ -~]{4}$/.test(reader.text(at, 4, 'a chunk'));
}
