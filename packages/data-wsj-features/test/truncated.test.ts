import { DataError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../src/ark/entry';
import { parseEntries } from '../src/ark/parseEntries';
import {
  bytes,
  compressedMatrix,
  float32,
  float64,
  floatMatrix,
  int32,
  integerVector,
  memorySource,
  tagged,
  uint16,
} from './support/kaldiBytes';

const header = [float32(0), float32(1), int32(2), int32(3)];
const archives: Record<string, Buffer> = {
  FM: floatMatrix('utt', 2, 2, [1, 2, 3, 4]),
  DM: bytes('utt \0BDM ', tagged(1), tagged(2), [float64(1), float64(2)]),
  CM: compressedMatrix('utt'),
  CM2: bytes('utt \0BCM2 ', header, [1, 2, 3, 4, 5, 6].map(uint16)),
  CM3: bytes('utt \0BCM3 ', header, Buffer.of(1, 2, 3, 4, 5, 6)),
  FV: bytes('utt \0BFV ', tagged(2), [float32(1), float32(2)]),
  DV: bytes('utt \0BDV ', tagged(2), [float64(1), float64(2)]),
  integers: integerVector('utt', [1, 2, 3]),
  'text matrix': Buffer.from('utt [\n 1 2 \n 3 4 ]'),
  'text vector': Buffer.from('utt [ 1 2 3 ]'),
};

/** The entries before the error, and the error. */
async function read(content: Buffer): Promise<{ entries: Entry[]; error: unknown }> {
  const entries: Entry[] = [];
  try {
    for await (const entry of parseEntries(memorySource(content))) entries.push(entry);
    return { entries, error: undefined };
  } catch (error) {
    return { entries, error };
  }
}

describe('an archive that is cut off', () => {
  it.each(Object.keys(archives))('is refused at every byte of an entry: %s', async (kind) => {
    const last = archives[kind]!;
    const first = floatMatrix('first', 1, 1, [42]);
    const whole = await read(Buffer.concat([first, last]));
    expect(whole.error).toBeUndefined();
    expect(whole.entries.map(({ key }) => key)).toEqual(['first', 'utt']);
    for (let length = 1; length < last.length; length++) {
      const { entries, error } = await read(Buffer.concat([first, last.subarray(0, length)]));
      expect(error, `${kind} cut at ${length}`).toBeInstanceOf(DataError);
      expect(String(error)).toMatch(/^DataError: memory(, key ut?t?)?, byte \d+: /);
      expect(entries).toEqual(whole.entries.slice(0, 1));
    }
  });
});
