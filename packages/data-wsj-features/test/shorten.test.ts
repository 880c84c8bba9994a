import { DataError } from '@bnrnn/core';
import { parseAudio } from '@bnrnn/data-wsj-features';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataSet } from './support/realData';
import { sphereBytes } from './support/recordings';
import { ShortenStream } from './support/shortenStream';

/** A SPHERE file around a stream that should give so many samples of each channel. */
function sphere(stream: Buffer, count: number, coding = 'pcm', channels = 1): Buffer {
  const packed = `${coding},embedded-shorten-v2.00`;
  return sphereBytes(
    [],
    {
      sample_count: `-i ${count}`,
      channel_count: `-i ${channels}`,
      sample_coding: `-s${packed.length} ${packed}`,
      ...(coding === 'ulaw' && { sample_n_bytes: '-i 1', sample_byte_format: '-s1 1' }),
    },
    stream,
  );
}

const read = (bytes: Buffer, channel = 1): number[] => [
  ...parseAudio(bytes, 'a.sph', { channel }).samples,
];

describe('a shortened SPHERE file', () => {
  it('holds differences of four orders, each from the samples before', () => {
    const stream = new ShortenStream()
      .header({ type: 5, blockSize: 3 })
      .block(0, [100, -7, 5])
      .block(1, [1, 2, -3])
      .block(2, [1, 0, 2])
      .block(3, [1, 0, -1])
      .unsigned(4, 2);
    const wanted = [100, -7, 5];
    const back = (k: number): number => wanted.at(-k)!;
    for (const residual of [1, 2, -3]) wanted.push(residual + back(1));
    for (const residual of [1, 0, 2]) wanted.push(residual + 2 * back(1) - back(2));
    for (const residual of [1, 0, -1]) {
      wanted.push(residual + 3 * back(1) - 3 * back(2) + back(3));
    }
    expect(read(sphere(stream.bytes(), 12))).toEqual(wanted);
  });

  it('holds predictions, zeros, shifts, sizes and bytes to skip', () => {
    const stream = new ShortenStream()
      .header({ type: 3, blockSize: 4, mostCoefficients: 2 })
      .block(0, [10, 20, 30, 40])
      .block(7, [1, -1, 0, 2], [40, -9])
      .unsigned(9, 2)
      .unsigned(2, 5)
      .unsigned(65, 8)
      .unsigned(200, 8)
      .unsigned(5, 2)
      .sized(2)
      .unsigned(8, 2)
      .unsigned(6, 2)
      .unsigned(3, 2)
      .block(0, [5, -6])
      .unsigned(4, 2);
    const wanted = [10, 20, 30, 40];
    for (const residual of [1, -1, 0, 2]) {
      const sum = 32 + 40 * wanted.at(-1)! - 9 * wanted.at(-2)!;
      wanted.push(residual + Math.floor(sum / 32));
    }
    wanted.push(0, 0, 40, -48);
    expect(read(sphere(stream.bytes(), 12))).toEqual(wanted);
  });

  it('takes the mean of the blocks before into account, by channel and by version', () => {
    const blocks = [
      [400, 410, 391, 420],
      [3, -2, 1, 0],
      [-5, 6, 7, 0],
    ];
    for (const version of [1, 2]) {
      const stream = new ShortenStream().header({ type: 5, channels: 2, blockSize: 4, means: 2 });
      const wanted: number[] = [];
      const means = [0, 0];
      for (const residuals of blocks) {
        // The second channel is silence.
        stream.block(0, residuals).unsigned(8, 2);
        const rounded = version === 1 ? 0 : 1;
        const offset = Math.trunc((rounded + means.at(-1)! + means.at(-2)!) / 2);
        const values = residuals.map((residual) => residual + offset);
        wanted.push(...values);
        const sum = values.reduce((total, value) => total + value, version === 1 ? 0 : 2);
        means.push(Math.trunc(sum / 4));
      }
      const file = sphere(stream.unsigned(4, 2).bytes(version), 12, 'pcm', 2);
      expect(read(file), `version ${version}`).toEqual(wanted);
      expect(read(file, 2)).toEqual(new Array(12).fill(0));
    }
  });

  it('holds µ-law by rank, with and without a number for negative zero, and as linear numbers', () => {
    const ranked = (type: number, values: number[], shift = 0): number[] => {
      const stream = new ShortenStream().header({ type, blockSize: values.length });
      stream.unsigned(6, 2).unsigned(shift, 2);
      return read(sphere(stream.block(0, values).unsigned(4, 2).bytes(), values.length, 'ulaw'));
    };
    // Steps of G.711's µ-law: 8 up to 120, then 132, 148, ...
    expect(ranked(0, [0, 1, 15, 16, 17, 127, -1, -127, -128])).toEqual([
      0, 8, 120, 132, 148, 32_124, -8, -32_124, 0,
    ]);
    expect(ranked(8, [0, 1, -1, -2, -17])).toEqual([0, 8, 0, -8, -132]);
    // With a shift of 3 only multiples of 64 have ranks.
    expect(ranked(0, [1, 2, 3, -1], 3)).toEqual([64, 132, 196, -64]);
    expect(ranked(7, [1, -1, 20])).toEqual([8, -8, 164]);
    expect(() => ranked(0, [200])).toThrow('holds the number 200, which is no µ-law sample');
  });

  it('is refused in one sentence where it is cut, damaged or another type', () => {
    const good = new ShortenStream().header({ type: 5, blockSize: 3 }).block(0, [1, 2, 3]);
    const ended = good.unsigned(4, 2).bytes();
    const fails = (bytes: Buffer, message: string | RegExp): void => {
      expect(() => read(bytes)).toThrow(DataError);
      expect(() => read(bytes)).toThrow(message);
    };
    fails(sphere(ended, 4), 'cut short: sample_count is 4, 3 are in the shorten stream');
    fails(sphere(ended.subarray(0, 8), 3), 'is cut short: the file ends before its end mark');
    fails(sphere(Buffer.from('RIFF and so on'), 3), 'begins with "RIFF ", expected ajkg');
    fails(sphere(new ShortenStream().header({ type: 5, blockSize: 3 }).bytes(3), 3), 'version 3');
    const withHeader = (fields: Parameters<ShortenStream['header']>[0]): Buffer =>
      sphere(new ShortenStream().header(fields).block(0, [1]).bytes(), 1);
    fails(withHeader({ type: 2, blockSize: 1 }), 'holds unsigned 8-bit PCM, expected 16-bit PCM');
    fails(withHeader({ type: 5, blockSize: 0 }), 'says blockSize 0, expected 1 to 65535');
    fails(withHeader({ type: 5, blockSize: 1, channels: 2 }), 'has 2 channels, the file states 1');
    const odd = new ShortenStream().header({ type: 5, blockSize: 1 });
    fails(sphere(odd.unsigned(12, 2).bytes(), 1), 'holds a block of kind 12, expected 0 to 9');
    const many = new ShortenStream().header({ type: 5, blockSize: 1, mostCoefficients: 1 });
    fails(
      sphere(many.block(7, [0], [1, 1]).bytes(), 1),
      'predicts from 2 values, expected at most 1',
    );
    const sum = sphereBytes(
      [],
      {
        sample_count: '-i 3',
        sample_coding: '-s26 pcm,embedded-shorten-v2.00',
        sample_checksum: '-i 7',
      },
      ended,
    );
    fails(sum, 'is damaged: the samples add up to 6, sample_checksum is 7');
  });

  it('takes memory for what it holds, not for what it states', () => {
    const stream = new ShortenStream().header({ type: 5, blockSize: 3 }).block(0, [1, 2, 3]);
    const file = sphere(stream.unsigned(4, 2).bytes(), 2 ** 40);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => read(file)).toThrow('cut short');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});

const real = dataSet('sphere');

describe.skipIf(real.absent)(`recordings that corpora ship ${real.title}`, () => {
  const channelsOf = (wav: Buffer): number[][] => {
    const channels = wav.readUInt16LE(22);
    return Array.from({ length: channels }, (_, channel) =>
      Array.from({ length: (wav.length - 44) / 2 / channels }, (_unused, i) =>
        wav.readInt16LE(44 + 2 * (i * channels + channel)),
      ),
    );
  };

  it.each([
    ['123_1pcle_shn.sph', '123_1pcle.p.wav'],
    ['123_1pcbe_shn.sph', '123_1pcbe.p.wav'],
    ['123_1ulaw.sph', '123_1ulaw.p.wav'],
    ['123_1ulaw_shn.sph', '123_1ulaw.p.wav'],
    ['123_2alaw.sph', '123_2alaw.p.wav'],
    ['123_2pcle.sph', '123_2pcle.p.wav'],
  ])('%s is what sph2pipe makes of it, sample for sample', (name, converted) => {
    const bytes = readFileSync(join(real.path, name));
    channelsOf(readFileSync(join(real.path, converted))).forEach((samples, i) => {
      expect(samples).toHaveLength(37_120);
      const audio = parseAudio(bytes, name, { channel: i + 1 });
      expect(audio.sampleRate).toBe(20_000);
      expect(
        Buffer.from(
          audio.samples.buffer,
          audio.samples.byteOffset,
          audio.samples.byteLength,
        ).equals(Buffer.from(Int16Array.from(samples).buffer)),
      ).toBe(true);
    });
    expect(existsSync(join(real.path, name))).toBe(true);
  });

  it.each(['123_1pcle_shn.sph', '123_1ulaw_shn.sph'])(
    '%s is refused where it is cut or a bit has changed',
    (name) => {
      const bytes = readFileSync(join(real.path, name));
      const end = bytes.length - 4;
      for (let i = 0; i < 60; i++) {
        const at = 1024 + Math.floor(((end - 1024) * i) / 60);
        expect(() => read(bytes.subarray(0, at)), `cut at ${at}`).toThrow(DataError);
        const damaged = Buffer.from(bytes);
        damaged[at] = damaged[at]! ^ (1 << (i % 8));
        expect(() => read(damaged), `bit ${i % 8} of byte ${at}`).toThrow(DataError);
      }
    },
  );
});
