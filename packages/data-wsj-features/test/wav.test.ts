import { DataError } from '@bnrnn/core';
import { parseAudio, readAudio } from '@bnrnn/data-wsj-features';
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
    [{ channels: 0 }, 'byte 22: has 0 channels, expected one'],
    [{ bits: 8 }, 'byte 34: holds 8-bit samples, expected 16'],
    [{ bits: 24 }, 'byte 34: holds 24-bit samples, expected 16'],
    [{ encoding: 3, bits: 32 }, 'byte 20: holds floating point, expected 16-bit PCM'],
    [{ encoding: 7, bits: 8 }, 'byte 20: holds µ-law, expected 16-bit PCM'],
    [{ sampleRate: 0 }, 'byte 24: says 0 samples a second, expected 1,000 to 768,000'],
    [{ sampleRate: 2e9, byteRate: 4e9 }, 'says 2000000000 samples a second'],
    [
      { byteRate: 16_000 },
      'byte 28: says 16000 bytes a second, 16000 samples of 2 bytes are 32000',
    ],
    [{ blockAlign: 4 }, 'byte 32: says 4 bytes a sample, 16-bit mono has 2'],
    [{ dataSize: 12, riffSize: 48 }, 'byte 40: cut short: data says 12 bytes, 10 are there'],
    [{ dataSize: 0xffffffff }, 'byte 40: cut short: data says 4294967295 bytes, 10 are there'],
    [{ dataSize: 9 }, 'byte 40: data has 9 bytes, not a whole number of 2-byte samples'],
    [{ dataSize: 0 }, 'byte 44: holds no samples'],
    [{ riffSize: 44 }, 'byte 4: the file says it ends at byte 52, its data at byte 54'],
    [{ riffSize: 60 }, 'byte 4: cut short: the file says it ends at byte 68, it ends at 54'],
  ])('with %o is refused', (fields, message) => {
    expect(() => parseAudio(wavBytes(samples, fields), 'a.wav')).toThrow(message);
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
        'b.wav: cannot be opened: there is no such file.',
      );
      await truncate(path, 2 ** 30 + 1);
      await expect(readAudio(path)).rejects.toThrow('has 1073741825 bytes, expected at most');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
