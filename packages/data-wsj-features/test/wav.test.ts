import { DataError } from '@bnrnn/core';
import { parseAudio } from '@bnrnn/data-wsj-features';
import { readAudio } from '@bnrnn/data-wsj-features/node';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunk, wavBytes, type WavFields } from './support/recordings';

const samples = [3, -1, 32_767, -32_768, 258];

describe('a RIFF WAV file', () => {
  it('gives its samples as they are', () => {
    const audio = parseAudio(wavBytes(samples, { sampleRate: 8000 }), 'a.wav');
    expect(audio.sampleRate).toBe(8000);
    expect([...audio.samples]).toEqual(samples);
  });

  it('may begin at an odd address in memory', () => {
    const shifted = Buffer.concat([Buffer.alloc(1), wavBytes(samples)]).subarray(1);
    expect([...parseAudio(shifted, 'a.wav').samples]).toEqual(samples);
  });

  it('may hold other chunks, of odd size too, and an extensible fmt', () => {
    const odd = chunk('LIST', Buffer.from('data!'));
    const bytes = wavBytes(samples, {
      before: [odd, chunk('fact', Buffer.alloc(4))],
      after: [odd],
    });
    expect([...parseAudio(bytes, 'a.wav').samples]).toEqual(samples);

    const plain = wavBytes(samples);
    const format = Buffer.concat([plain.subarray(20, 36), Buffer.alloc(24)]);
    format.writeUInt16LE(0xfffe, 0);
    Buffer.from('0100000000001000800000aa00389b71', 'hex').copy(format, 24);
    const body = [Buffer.from('WAVE'), chunk('fmt ', format), plain.subarray(36)];
    const extensible = chunk('RIFF', Buffer.concat(body));
    expect([...parseAudio(extensible, 'a.wav').samples]).toEqual(samples);
    extensible[20 + 26] = 9;
    expect(() => parseAudio(extensible, 'a.wav')).toThrow('encoding 65534');
  });

  it('may have been written into a pipe', () => {
    for (const [riffSize, dataSize] of [
      [0xffffffff, 0xffffffff],
      [0x7ffff024, 0x7ffff000],
      [0, 0],
    ] as const) {
      const audio = parseAudio(wavBytes(samples, { riffSize, dataSize }), 'a.wav');
      expect([...audio.samples]).toEqual(samples);
    }
  });

  it.each<[WavFields, string]>([
    [{ channels: 2 }, 'a.wav, byte 22: has 2 channels, expected one.'],
    [{ channels: 0 }, 'byte 22: has 0 channels, expected at least one'],
    [{ bits: 12 }, 'byte 34: holds 12-bit samples, expected 8, 16, 24 or 32 bits of PCM'],
    [{ encoding: 3 }, 'byte 34: holds 16-bit samples, expected 32 or 64 bits of floating point'],
    [{ encoding: 7 }, 'byte 34: holds 16-bit samples, expected 8 bits of µ-law'],
    [{ encoding: 17 }, 'byte 20: holds IMA ADPCM, expected PCM, floating point, A-law or µ-law'],
    [{ sampleRate: 0 }, 'byte 24: says 0 samples a second, expected 1,000 to 768,000'],
    [{ sampleRate: 2e9, byteRate: 4e9 }, 'says 2000000000 samples a second'],
    [
      { byteRate: 16_000 },
      'byte 28: says 16000 bytes a second, 16000 samples of 2 bytes are 32000',
    ],
    [{ blockAlign: 4 }, 'byte 32: says 4 bytes a sample, 16-bit PCM of one channel has 2'],
  ])('with %o is refused', (fields, message) => {
    expect(() => parseAudio(wavBytes(samples, fields), 'a.wav')).toThrow(message);
  });

  it.each<[string, number, number, number[], (content: Buffer) => void, number[]]>([
    ['8-bit PCM', 1, 8, [128, 0, 255], (b) => b.set([128, 0, 255]), [0, -32_768, 32_512]],
    [
      '24-bit PCM',
      1,
      24,
      [0, 1, 2],
      (b) => {
        b.writeIntLE(-8_388_608, 0, 3);
        b.writeIntLE(258 * 256 + 127, 3, 3);
        b.writeIntLE(8_388_607, 6, 3);
      },
      [-32_768, 258, 32_767],
    ],
    [
      '32-bit PCM',
      1,
      32,
      [0, 1],
      (b) => {
        b.writeInt32LE(-5 * 65_536, 0);
        b.writeInt32LE(6 * 65_536 + 40_000, 4);
      },
      [-5, 7],
    ],
    [
      'float32',
      3,
      32,
      [0, 1, 2],
      (b) => {
        b.writeFloatLE(-0.5, 0);
        b.writeFloatLE(1.5, 4);
        b.writeFloatLE(3 / 32_768, 8);
      },
      [-16_384, 32_767, 3],
    ],
    [
      'float64',
      3,
      64,
      [0],
      (b) => {
        b.writeDoubleLE(-2, 0);
      },
      [-32_768],
    ],
    // G.711: the loudest and the quietest of either sign.
    ['µ-law', 7, 8, [0, 1, 2, 3], (b) => b.set([0x00, 0x80, 0x7f, 0xfe]), [-32_124, 32_124, 0, 8]],
    ['A-law', 6, 8, [0, 1, 2, 3], (b) => b.set([0x2a, 0xaa, 0x55, 0xd5]), [-32_256, 32_256, -8, 8]],
  ])('gives %s as 16-bit samples', (_, encoding, bits, places, fill, wanted) => {
    const content = Buffer.alloc((places.length * bits) / 8);
    fill(content);
    const bytes = wavBytes([], { encoding, bits, content });
    expect([...parseAudio(bytes, 'a.wav').samples]).toEqual(wanted.map((value) => value + 0));
  });

  it('refuses a float that is not a number, with its place', () => {
    const content = Buffer.alloc(8);
    content.writeFloatLE(NaN, 4);
    const bytes = wavBytes([], { encoding: 3, bits: 32, content });
    expect(() => parseAudio(bytes, 'a.wav')).toThrow('a.wav, byte 48: sample 1 is not a number.');
  });

  it('gives the channel that is chosen', () => {
    const two = wavBytes([1, -1, 2, -2, 3, -3], { channels: 2 });
    expect([...parseAudio(two, 'a.wav', { channel: 1 }).samples]).toEqual([1, 2, 3]);
    expect([...parseAudio(two, 'a.wav', { channel: 2 }).samples]).toEqual([-1, -2, -3]);
    for (const channel of [0, 3, 1.5]) {
      expect(() => parseAudio(two, 'a.wav', { channel })).toThrow(
        `byte 22: has 2 channels, and channel ${channel} was asked for, counted from 1`,
      );
    }
    expect(() => parseAudio(wavBytes(samples), 'a.wav', { channel: 2 })).toThrow(
      'has one channel, and channel 2 was asked for',
    );
  });

  it('with wrong chunks is refused', () => {
    const fails = (bytes: Buffer, message: string): void => {
      expect(() => parseAudio(bytes, 'a.wav')).toThrow(message);
    };
    const good = wavBytes(samples);
    const edit = (offset: number, text: string): Buffer => {
      const bytes = Buffer.from(good);
      bytes.write(text, offset, 'latin1');
      return bytes;
    };
    fails(edit(8, 'AVI '), 'byte 8: holds "AVI ", expected WAVE');
    fails(edit(12, 'data'), 'byte 12: has data before fmt');
    fails(edit(16, '\x0f'), 'byte 16: fmt says 15 bytes, expected at least 16');
    fails(edit(16, '\xff\xff\xff\xff'), 'says 4294967295 bytes, the file ends 34 bytes into it');
    fails(edit(36, 'fmt '), 'byte 36: has two fmt chunks');
    fails(edit(36, 'junk'), 'cut short: the data chunk needs 4 bytes from byte 54 on');
    fails(Buffer.alloc(0), 'byte 0: is empty, expected RIFF WAV or NIST SPHERE');
    fails(Buffer.from('fLaC....'), 'byte 0: is FLAC, expected RIFF WAV or NIST SPHERE');
    fails(Buffer.from('hello'), 'begins with "hell", expected RIFF WAV or NIST SPHERE');
    fails(edit(0, 'RIFX'), 'is big-endian RIFX');
  });

  it('cut at any byte is refused', () => {
    const bytes = wavBytes(samples, { before: [chunk('fact', Buffer.alloc(4))] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseAudio(bytes.subarray(0, length), 'a.wav'), `${length} bytes`).toThrow(
        DataError,
      );
    }
  });
});

describe('readAudio', () => {
  it('reads a file, and says what is wrong with a path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bnrnn-wav-'));
    try {
      const path = join(folder, 'a.wav');
      await writeFile(path, wavBytes(samples));
      expect([...(await readAudio(path)).samples]).toEqual(samples);
      await expect(readAudio(folder)).rejects.toThrow(
        `${folder}: is a folder, expected a regular file`,
      );
      await expect(readAudio(join(folder, 'b.wav'))).rejects.toThrow(
        'b.wav: cannot be opened: there is no such file or folder.',
      );
      await truncate(path, 2 ** 30 + 1);
      await expect(readAudio(path)).rejects.toThrow('has 1073741825 bytes, expected at most');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
