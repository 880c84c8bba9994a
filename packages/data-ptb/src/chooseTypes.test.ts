import { UsageError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import { chooseTypes, expectLimits } from './chooseTypes';
import { countsOf } from './tokenTally';

describe('a vocabulary', () => {
  const names = ['w', '<eos>', 'x', 'y', 'z', 'late'];
  //                            z x y w: of w, x and y (two each) the lower id is kept.
  const tokens = Int32Array.of(4, 2, 3, 0, 1, 4, 4, 0, 2, 3, 1);
  const counts = countsOf(tokens);
  const read = ({ types, renumber }: ReturnType<typeof chooseTypes>): string =>
    Array.from(tokens, (id) => types[renumber[id]!]).join(' ');

  it('without a limit holds what occurs in train, and nothing else', () => {
    const all = chooseTypes(names, counts);
    expect(all.types).toEqual(['z', 'w', '<eos>', 'x', 'y']);
    expect(all.renumber[5]).toBe(-1);
    expect(read(all)).toBe('z x y w <eos> z z w x y <eos>');
  });

  it('of a size keeps the most frequent words; the others are <unk>', () => {
    const kept = chooseTypes(names, counts, { vocabularySize: 4 });
    expect(kept.types).toEqual(['<unk>', 'z', 'w', '<eos>']);
    expect(read(kept)).toBe('z <unk> <unk> w <eos> z z w <unk> <unk> <eos>');
    expect(kept.types[kept.renumber[5]!]).toBe('<unk>');
  });

  it('by count keeps the words that occur as often, and <eos> always', () => {
    const kept = chooseTypes(names, counts, { minCount: 3 });
    expect(kept.types).toEqual(['<unk>', 'z', '<eos>']);
    expect(chooseTypes(names, counts, { minCount: 2 }).types).toEqual([
      ...['z', 'w', '<eos>', 'x', 'y', '<unk>'],
    ]);
    const both = chooseTypes(names, counts, { minCount: 2, vocabularySize: 5 });
    expect(both.types).toEqual(['z', 'w', '<eos>', 'x', '<unk>']);
  });

  it('adds what it drops to an <unk> that the text has', () => {
    const own = ['<unk>', 'a', 'b', '<eos>'];
    const kept = chooseTypes(own, countsOf(Int32Array.of(1, 1, 1, 0, 2, 3)), { minCount: 2 });
    expect(kept.types).toEqual(['a', '<unk>', '<eos>']);
    expect([...kept.renumber]).toEqual([1, 0, 1, 2]);
  });

  it('has fewer types where there are fewer words', () => {
    const kept = chooseTypes(['a', '<eos>', 'never'], countsOf(Int32Array.of(0, 0, 1)), {
      vocabularySize: 10,
    });
    expect(kept.types).toEqual(['a', '<eos>', '<unk>']);
    expect([...kept.renumber]).toEqual([0, 1, 2]);
  });
});

it('refuses limits that leave no word', () => {
  expect(() => expectLimits('readPtb', { vocabularySize: 2 })).toThrow(
    new UsageError('readPtb: vocabularySize is 2, expected a whole number at least 3.'),
  );
  expect(() => expectLimits('readPtb', { minCount: 0 })).toThrow('readPtb: minCount is 0');
});
