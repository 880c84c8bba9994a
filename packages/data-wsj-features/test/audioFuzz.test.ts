import { DataError, randomStream } from '@bnrnn/core';
import { filterbank, parseAudio } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';
import { chunk, sphereBytes, wavBytes } from './support/recordings';

/** Set to fuzz for longer than the 1,500 files a kind of a usual run. */
const seconds = Number(process.env['BNRNN_FUZZ_SECONDS'] ?? 0);
const seed = Number(process.env['BNRNN_FUZZ_SEED'] ?? 1510);
const files = 1500;

const samples = Array.from({ length: 700 }, (_, i) => Math.round(3000 * Math.sin(i * i * 0.01)));
const seeds = {
  wav: wavBytes(samples, {
    before: [chunk('LIST', Buffer.from('abc'))],
    after: [chunk('x y ', Buffer.alloc(9))],
  }),
  'streamed wav': wavBytes(samples, { riffSize: 0xffffffff, dataSize: 0xffffffff }),
  'little-endian SPHERE': sphereBytes(samples),
  'big-endian SPHERE': sphereBytes(samples, { sample_byte_format: '-s2 10' }),
};

const numbers = [
  0, 1, 2, 15, 16, 40, 0x7fff, 0xffff, 0x10000, 0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** Changes a file in one to four places, mostly in its header; the same seed and turn give the same file. */
function mutate(original: Buffer, seed: number, turn: number): Buffer {
  const words = randomStream('fuzz', seed).words(20, turn);
  let at = 0;
  const draw = (below: number): number => words[at++]! % Math.max(1, below);
  let bytes = Buffer.from(original);
  for (let edits = 1 + draw(4); edits > 0; edits--) {
    const place = draw(draw(4) === 0 ? bytes.length : Math.min(bytes.length, 200));
    switch (draw(6)) {
      case 0:
        bytes = bytes.subarray(0, place);
        break;
      case 1:
        if (place + 4 <= bytes.length) bytes.writeUInt32LE(numbers[draw(numbers.length)]!, place);
        break;
      case 2:
        if (place < bytes.length) bytes[place] = draw(256);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + draw(40))]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, place + draw(40)), bytes.subarray(place)]);
        break;
      default:
        if (place < bytes.length) bytes[place] = 48 + draw(10);
    }
  }
  return bytes;
}

describe('a damaged recording', () => {
  it.each(Object.keys(seeds) as (keyof typeof seeds)[])(
    '(%s) is read or refused in one sentence, at the cost of its size',
    (name) => {
      const end = Date.now() + (seconds * 1000) / 4;
      let read = 0;
      let refused = 0;
      for (let turn = 0; turn < files || Date.now() < end; turn++) {
        const bytes = mutate(seeds[name], seed, turn);
        const where = `${name}, seed ${seed}, turn ${turn}`;
        const before = process.memoryUsage().arrayBuffers;
        try {
          const audio = parseAudio(bytes, 'a.wav');
          expect(audio.samples.length, where).toBeGreaterThan(0);
          // 8-bit codings become 16-bit samples.
          expect(audio.samples.byteLength, where).toBeLessThanOrEqual(2 * bytes.length);
          const { sampleRate } = audio;
          const { data } = filterbank({ sampleRate, bins: 3 }).compute(audio, 'a');
          expect(data.every(Number.isFinite), where).toBe(true);
          read++;
        } catch (error) {
          expect(error, where).toBeInstanceOf(DataError);
          expect((error as Error).message, where).toMatch(/^a\.wav, byte \d+: .+\.$/s);
          expect((error as Error).message.length, where).toBeLessThan(400);
          const grown = process.memoryUsage().arrayBuffers - before;
          expect(grown, where).toBeLessThanOrEqual(2 * bytes.length + 4096);
          refused++;
        }
      }
      expect(read, 'files read').toBeGreaterThan(files / 50);
      expect(refused, 'files refused').toBeGreaterThan(files / 4);
    },
    (seconds + 60) * 1000,
  );
});
