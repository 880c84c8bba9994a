import { describe, expect, it } from 'vitest';
import { findPreset } from '../presets/presets';
import { reproducedRows, reproductions } from './reproductions';

describe('reproducedRows', () => {
  it('pairs each baseline with the preset that varies it', () => {
    for (const { baseline, treatment } of Object.values(reproductions).flat()) {
      expect(findPreset(treatment).baseline).toBe(baseline);
    }
  });

  it('takes the rows that are named, in their order; those of texts where none is', () => {
    const names = (what: string, rows?: string) =>
      reproducedRows(what, rows).map(({ name }) => name);
    expect(names('table2')).toEqual(['small', 'medium', 'large']);
    expect(names('table2', 'large,small')).toEqual(['large', 'small']);
    expect(names('table1')).toEqual(['wsj']);
    expect(names('figures')).toEqual(['characters', 'large']);
  });

  it.each([
    ['table3', undefined, 'reproduce: the table is "table3", expected one of'],
    ['table2', 'tiny', '--rows is "tiny", expected one of: small, medium, large.'],
    ['table2', 'small,small', '--rows is "small,small", expected each row once.'],
  ])('refuses %s --rows %s', (what, rows, sentence) => {
    expect(() => reproducedRows(what, rows)).toThrow(sentence);
  });

  it('has curves whose epochs rise and whose values are of their measure', () => {
    for (const { figure } of reproductions.figures) {
      for (const { points } of figure?.curves ?? []) {
        expect(points.length).toBeGreaterThan(8);
        points.reduce((before, [epoch, value]) => {
          expect(epoch).toBeGreaterThan(before);
          expect(value).toBeGreaterThan(figure?.measure === 'nats' ? 0 : 10);
          return epoch;
        }, -1);
      }
    }
  });
});
