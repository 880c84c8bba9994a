import { describe, expect, it } from 'vitest';
import { lengthsOf } from './inspection';
import { inspectionLines } from './inspectionLines';

describe('lengthsOf', () => {
  it('sums, orders and counts by rows of a round width', () => {
    const lengths = [300, 120, 999, 450, 451];
    expect(lengthsOf(lengths)).toEqual({
      frames: 2320,
      hours: 2320 / 360_000,
      shortest: 120,
      median: 450,
      longest: 999,
      histogram: [
        { from: 0, to: 100, utterances: 0 },
        { from: 100, to: 200, utterances: 1 },
        { from: 200, to: 300, utterances: 0 },
        { from: 300, to: 400, utterances: 1 },
        { from: 400, to: 500, utterances: 2 },
        { from: 500, to: 600, utterances: 0 },
        { from: 600, to: 700, utterances: 0 },
        { from: 700, to: 800, utterances: 0 },
        { from: 800, to: 900, utterances: 0 },
        { from: 900, to: 1000, utterances: 1 },
      ],
    });
  });

  it.each([
    [[3], 1],
    [[27], 2],
    [[2500], 200],
    [[14_000], 2000],
  ])('of %o has rows of %d frames', ([length], width) => {
    const { histogram } = lengthsOf([length!]);
    expect(histogram[0]).toEqual({ from: 0, to: width, utterances: 0 });
    expect(histogram.at(-1)!.utterances).toBe(1);
    expect(histogram.length).toBeLessThanOrEqual(14);
  });

  it('of nothing is nothing', () => {
    expect(lengthsOf([])).toMatchObject({ frames: 0, shortest: 0, longest: 0 });
  });
});

describe('inspectionLines', () => {
  it('tells what is there, a bar for each length, and why utterances are left out', () => {
    const lines = inspectionLines({
      path: 'data/train',
      utterances: 3,
      speakers: 2,
      columns: 13,
      speakerStatistics: true,
      valuesRead: false,
      ...lengthsOf([110, 119, 250]),
      dropped: [{ key: 'a', reason: 'no speaker statistics' }],
      join: {
        classes: 48,
        utterances: 1,
        frames: 110,
        shortened: 1,
        dropped: ['b', 'c', 'd', 'e'].map((key) => ({ key, reason: 'no alignment' })),
      },
    });
    expect(lines[0]).toBe(
      'data/train: 3 utterances of 2 speakers, 479 frames of 13 values, 0.00 hours',
    );
    expect(lines).toContain('speaker statistics: cmvn.scp');
    expect(lines).toContain('lengths: 110 to 250 frames, median 119');
    expect(lines.find((line) => line.includes('100 to 119'))).toMatch(/ 2 {2}#{40}$/);
    expect(lines.find((line) => line.includes('240 to 259'))).toMatch(/ 1 {2}#{20}$/);
    expect(lines).toContain('left out: 1 no speaker statistics (a)');
    expect(lines).toContain(
      'joined with 48 classes: 1 utterances, 110 frames, 1 cut to the shorter side',
    );
    expect(lines).toContain('left out: 4 no alignment (b, c, d, ...)');
  });
});
