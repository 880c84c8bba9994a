import { DataError } from '@bnrnn/core';
import { parseAudio } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';
import { sphereBytes } from './support/recordings';

// No SPHERE file is at hand whose terms would let it into the repository: these are written here.
const samples = [3, -1, 32_767, -32_768, 258];

describe('a NIST SPHERE file', () => {
  it('gives its samples as they are, in either byte order', () => {
    for (const order of ['-s2 01', '-s2 10']) {
      const bytes = sphereBytes(samples, { sample_byte_format: order, sample_rate: '-i 8000' });
      const audio = parseAudio(bytes, 'a.sph');
      expect(audio.sampleRate).toBe(8000);
      expect([...audio.samples]).toEqual(samples);
    }
  });

  it('may lack what has a usual value, as in TIMIT, and end in other bytes', () => {
    const bytes = sphereBytes(samples, { sample_coding: undefined, channel_count: undefined });
    const audio = parseAudio(Buffer.concat([bytes, Buffer.from('abc')]), 'a.sph');
    expect([...audio.samples]).toEqual(samples);
  });

  it.each<[Record<string, string | undefined>, string]>([
    [{ sample_coding: '-s26 pcm,embedded-wavpack-v1.00' }, 'holds pcm,embedded-wavpack-v1.00'],
    [{ sample_coding: '-s4 gsm6' }, 'holds gsm6 samples, expected pcm, ulaw or alaw'],
    [{ sample_coding: '-s4 ulaw' }, 'holds ulaw samples of 2 bytes, expected 1'],
    [{ channel_count: '-i 2' }, 'a.sph, byte 38: has 2 channels, expected one.'],
    [{ sample_n_bytes: '-i 1' }, 'holds pcm samples of 1 bytes, expected 2'],
    [{ sample_rate: '-i 3' }, 'says 3 samples a second, expected 1,000 to 768,000'],
    [{ sample_rate: undefined }, 'byte 16: the SPHERE header has no sample_rate'],
    [{ sample_rate: '-s5 16000' }, 'sample_rate is "16000", expected a number (-i)'],
    [{ sample_count: undefined }, 'the SPHERE header has no sample_count'],
    [{ sample_count: '-i 0' }, 'holds no samples'],
    [{ sample_count: '-i 6' }, 'cut short: sample_count is 6, the file has room for 5'],
    [{ sample_count: '-i -5' }, 'sample_count is -5, expected a whole number'],
    [{ sample_count: '-r 2.5' }, 'sample_count is 2.5, expected a whole number'],
    [{ sample_count: '-i 9e99' }, 'sample_count is "9e99", expected a number'],
    [{ sample_byte_format: undefined }, 'the SPHERE header has no sample_byte_format'],
    [{ sample_byte_format: '-s2 11' }, 'sample_byte_format is "11", expected 01 or 10'],
    [{ speaking: 'loud' }, 'the header line "speaking loud" is not NAME -TYPE VALUE'],
  ])('with %o is refused', (changed, message) => {
    expect(() => parseAudio(sphereBytes(samples, changed), 'a.sph')).toThrow(message);
  });

  it('gives µ-law, A-law and a chosen channel', () => {
    const coded = (coding: string, bytes: number[], channels = 1): Buffer =>
      sphereBytes(
        [],
        {
          sample_coding: coding,
          sample_n_bytes: '-i 1',
          sample_byte_format: '-s1 1',
          channel_count: `-i ${channels}`,
          sample_count: `-i ${bytes.length / channels}`,
        },
        Buffer.from(bytes),
      );
    const read = (bytes: Buffer, channel?: number): number[] => [
      ...parseAudio(bytes, 'a.sph', channel === undefined ? {} : { channel }).samples,
    ];
    expect(read(coded('-s4 ulaw', [0x00, 0x80, 0xfe]))).toEqual([-32_124, 32_124, 8]);
    expect(read(coded('-s6 mu-law', [0xfe]))).toEqual([8]);
    const two = coded('-s4 alaw', [0x2a, 0x55, 0xaa, 0xd5], 2);
    expect(read(two, 1)).toEqual([-32_256, 32_256]);
    expect(read(two, 2)).toEqual([-8, 8]);
    expect(() => read(two.subarray(0, -1), 1)).toThrow(
      'sample_count is 2, the file has room for 1',
    );
  });

  it('with a wrong header is refused', () => {
    const fails = (edit: (text: string) => string, message: string): void => {
      const bytes = Buffer.from(edit(sphereBytes(samples).toString('latin1')), 'latin1');
      expect(() => parseAudio(bytes, 'a.sph')).toThrow(message);
    };
    fails((text) => text.replace('   1024', '  99999'), 'the header needs 99999 bytes from byte 0');
    fails((text) => text.replace('   1024', '     16'), 'the header size is "     16\\n"');
    fails((text) => text.replace('   1024', ' 1e3   '), 'the header size is " 1e3   \\n"');
    fails((text) => text.replace('end_head', 'end_neck'), 'is not NAME -TYPE VALUE');
    fails((text) => text.replace('database_id -s5', 'sample_rate -i'), 'sample_rate is "TIMIT"');
    fails((text) => text.replace('database_id -s5 TIMIT', 'sample_rate -i 8000'), 'twice');
  });

  it('cut at any byte is refused', () => {
    const bytes = sphereBytes(samples);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseAudio(bytes.subarray(0, length), 'a.sph'), `${length} bytes`).toThrow(
        DataError,
      );
    }
  });
});
