import { describe, expect, it } from 'vitest';
import { bytes, float64, tagged } from '../../../test/support/kaldiBytes';
import { temporaryFolder } from '../../../test/support/temporaryFolder';
import { readCmvnStatistics } from './readStatistics';

const folder = temporaryFolder();
// Of one column: sum, count, sum of squares, 0.
const matrix = (...values: number[]): Buffer =>
  bytes('\0BDM ', tagged(2), tagged(2), values.map(float64));
const archive = bytes('ann ', matrix(0.1, 2, 0.3, 0), 'bob ', matrix(5, 4, 7, 0));

describe('readCmvnStatistics', () => {
  it('reads a matrix for each speaker, binary as text, in float64', async () => {
    const text = 'ann [\n 0.1 2\n 0.3 0 ]\nbob [\n 5 4\n 7 0 ]\n';
    for (const content of [archive, text]) {
      const statistics = await readCmvnStatistics(folder.write('cmvn.ark', content), 1, 'means');
      expect(statistics.global).toBe(false);
      expect(statistics.of('ann')).toEqual({
        rows: 2,
        columns: 2,
        data: Float64Array.of(0.1, 2, 0.3, 0),
      });
      expect(statistics.of('bob')?.data[0]).toBe(5);
      expect(statistics.of('eve')).toBeUndefined();
    }
  });

  it('reads one matrix for everybody', async () => {
    const path = folder.write('global', matrix(1, 2, 3, 0));
    const statistics = await readCmvnStatistics(path, 1, 'means and variances');
    expect(statistics.global).toBe(true);
    expect(statistics.of('whoever')?.data).toEqual(Float64Array.of(1, 2, 3, 0));
  });

  it.each([
    [bytes(archive, archive), 1, /cmvn\.ark, key ann: the key stands twice\./],
    [archive, 2, /key ann: the statistics are \[2, 2\], expected \[2, 3\] for 2 columns\./],
    [bytes('ann ', matrix(1, 0.5, 1, 0)), 1, /are of 0\.5 frames, expected those of at least one/],
    [bytes('ann ', matrix(1, 3, Infinity, 0)), 1, /hold values that are not finite/],
  ])('refuses what cannot normalize: %#', async (content, columns, message) => {
    const path = folder.write('cmvn.ark', content);
    await expect(readCmvnStatistics(path, columns, 'means')).rejects.toThrow(message);
  });
});
