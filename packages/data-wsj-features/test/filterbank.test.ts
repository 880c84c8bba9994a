import { filterbank, type FilterbankOptions } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';

/** A quiet tone: 3 frames. */
const audio = {
  sampleRate: 16_000,
  samples: Int16Array.from({ length: 720 }, (_, i) => Math.round(40 * Math.sin(i * 0.3))),
};
const silence = { sampleRate: 16_000, samples: new Int16Array(400 + 160 * 199) };

describe('filterbank', () => {
  it('repeats its noise from seed and utterance, and differs between both and between frames', () => {
    const noisy = (name: string, seed: number): number[] => [
      ...filterbank({ seed }).compute(audio, name).data,
    ];
    expect(noisy('a', 7)).toEqual(noisy('a', 7));
    expect(noisy('a', 7)).not.toEqual(noisy('a', 8));
    expect(noisy('a', 7)).not.toEqual(noisy('b', 7));
    const { data } = filterbank({ seed: 7 }).compute(silence, 'a');
    expect([...data.subarray(0, 23)]).not.toEqual([...data.subarray(23, 46)]);
  });

  it('adds noise of the standard deviation asked for', () => {
    for (const dither of [1, 3]) {
      const options = { dither, energy: true, removeDcOffset: false };
      const { data, rows } = filterbank(options).compute(silence, 'a');
      let energy = 0;
      for (let t = 0; t < rows; t++) energy += Math.exp(data[t * 24]!) / (400 * rows);
      // 80,000 draws: the variance is within 2 % at four standard deviations.
      expect(Math.abs(energy / dither ** 2 - 1)).toBeLessThan(0.02);
    }
  });

  it('floors digital silence at log(2^-23)', () => {
    const { data, rows } = filterbank({ dither: 0, energy: true }).compute(silence);
    expect(rows).toBe(200);
    expect(new Set(data)).toEqual(new Set([Math.fround(Math.log(2 ** -23))]));
  });

  it('gives no rows for less than a frame, and mirrors it again and again where edges are kept', () => {
    const short = { sampleRate: 16_000, samples: Int16Array.of(100, -300, 200) };
    expect(filterbank().compute(short).rows).toBe(0);
    const options = { bins: 3, frameLength: 1, frameShift: 0.1875, dither: 0, energy: true };
    // The frame begins at sample 1 - 8; to and fro the recording repeats after 6 samples.
    const mirrored = [100, 100, -300, 200, 200, -300];
    const samples = Int16Array.from({ length: 16 }, (_, i) => mirrored[i % 6]!);
    const expected = filterbank(options).compute({ sampleRate: 16_000, samples });
    expect(expected.rows).toBe(1);
    expect(filterbank({ ...options, snipEdges: false }).compute(short)).toEqual(expected);
  });

  it('refuses another sample rate', () => {
    expect(() => filterbank({ sampleRate: 8000 }).compute(audio)).toThrow(
      'filterbank: the recording has 16000 samples a second, expected 8000.',
    );
  });

  it('refuses samples in [-1, 1]', () => {
    const samples = Float32Array.from(audio.samples, (value) => value / 32_768);
    const floating = { sampleRate: 16_000, samples } as unknown as typeof audio;
    expect(() => filterbank().compute(floating)).toThrow('samples are not an Int16Array');
  });

  it.each<[FilterbankOptions, string]>([
    [{ bins: 2 }, 'filterbank: bins is 2, expected a whole number at least 3'],
    [{ bins: 300 }, 'filterbank: bins is 300, and filter'],
    [{ sampleRate: 100 }, 'filterbank: sampleRate is 100'],
    [{ frameLength: 0 }, 'filterbank: frameLength is 0'],
    [{ dither: -1 }, 'filterbank: dither is -1'],
    [{ preEmphasis: 1.5 }, 'filterbank: preEmphasis is 1.5'],
    [{ lowFrequency: 8000 }, 'filterbank: lowFrequency is 8000'],
    [{ highFrequency: 9000 }, 'filterbank: highFrequency is 9000'],
    [{ highFrequency: -8000 }, 'filterbank: highFrequency is -8000'],
    [{ lowFrequency: 500, highFrequency: 400 }, 'highFrequency is 400, that is 400 Hz, expected'],
    [{ lowFrequency: 500, highFrequency: -7600 }, 'highFrequency is -7600, that is 400 Hz'],
    [{ window: 'hann' as 'hanning' }, 'filterbank: window is "hann", expected one of: povey'],
    [{ roundToPowerOfTwo: false, sampleRate: 11_025 }, 'an even number of samples, it has 275'],
    [{ energyFloor: NaN }, 'filterbank: energyFloor is NaN'],
  ])('refuses %o', (options, message) => {
    expect(() => filterbank(options)).toThrow(message);
  });
});
