import { DataError, UsageError } from '@bnrnn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vocabularyFromData } from './vocabulary';

const words = vocabularyFromData({ unit: 'word', types: ['the', '<eos>', '<unk>', 'cat', "'s"] });
const characters = vocabularyFromData({ unit: 'character', types: ['_', 'a', '<eos>', 'é', '💡'] });

it('looks up both ways', () => {
  expect(words.size).toBe(5);
  expect(words.types.map((type) => words.idOf(type))).toEqual([0, 1, 2, 3, 4]);
  expect(words.typeOf(3)).toBe('cat');
  expect(words.idOf('dog')).toBeUndefined();
  expect(words.idOf('toString')).toBeUndefined();
});

it.each([-1, 5, 0.5])('refuses the id %d', (id) => {
  expect(() => words.typeOf(id)).toThrow(new UsageError(`typeOf: id is ${id}, expected 0 to 4.`));
});

describe('words', () => {
  it('are split at blanks, unknown ones become <unk>, newlines <eos>', () => {
    expect([...words.encode(" the  dog 's\tcat \nthe\n")]).toEqual([0, 2, 4, 3, 1, 0, 1]);
    expect([...words.encode('')]).toEqual([]);
  });

  it('may hold Unicode spaces: what a file gave can be prompted', () => {
    const types = ['<eos>', '10\u00a0km', '\u3000', 'a'];
    const vocabulary = vocabularyFromData({ unit: 'word', types });
    expect([...vocabulary.encode('a 10\u00a0km \u3000\n')]).toEqual([3, 1, 2, 0]);
  });

  it('are written with a space between', () => {
    expect(words.decode([0, 3, 1, 1, 0, 4])).toBe("the cat\n\nthe 's");
    expect(words.decode(Int32Array.of(1, 2, 1))).toBe('\n<unk>\n');
  });

  it('without <unk> refuse what they do not hold', () => {
    const closed = vocabularyFromData({ unit: 'word', types: ['a', '<eos>'] });
    expect(() => closed.encode('a b')).toThrow(
      new UsageError('encode: the word "b" is not in the vocabulary.'),
    );
    const open = vocabularyFromData({ unit: 'word', types: ['a'] });
    expect(() => open.encode('a\na')).toThrow('the word "<eos>" is not in the vocabulary');
  });
});

describe('characters', () => {
  it('are code points; a space is _', () => {
    expect([...characters.encode('a é💡\na')]).toEqual([1, 0, 3, 4, 2, 1]);
    expect(characters.decode([1, 0, 3, 4, 2, 1])).toBe('a é💡\na');
    expect(() => characters.encode('ab')).toThrow('the character "b" is not in the vocabulary');
  });
});

it('reads back what it wrote', () => {
  for (const vocabulary of [words, characters]) {
    fc.assert(
      fc.property(fc.array(fc.nat(vocabulary.size - 1)), (ids) => {
        expect([...vocabulary.encode(vocabulary.decode(ids))]).toEqual(ids);
      }),
      { seed: 3, numRuns: 200 },
    );
  }
});

it('is rebuilt from its JSON', () => {
  const text = JSON.stringify(characters);
  expect(text).toBe('{"unit":"character","types":["_","a","<eos>","é","💡"]}');
  const again = vocabularyFromData(JSON.parse(text));
  expect(again.unit).toBe('character');
  expect([...again.encode('é a')]).toEqual([3, 0, 1]);
});

it('is not changed through the list it was made of', () => {
  const types = ['a', 'b'];
  const vocabulary = vocabularyFromData({ unit: 'word', types });
  types[0] = 'c';
  expect(vocabulary.typeOf(0)).toBe('a');
});

it.each([
  [null, 'run/vocabulary.json: the content is null, expected an object.'],
  [{ types: ['a'] }, 'run/vocabulary.json: unit is missing.'],
  [
    { unit: 'frame', types: [] },
    'run/vocabulary.json: unit is "frame", expected one of word, character.',
  ],
  [{ unit: 'word', types: 'a' }, 'run/vocabulary.json: types is "a", expected a list.'],
  [{ unit: 'word', types: ['a', 1] }, 'run/vocabulary.json: types.1 is 1, expected text.'],
  [{ unit: 'word', types: ['a', 'b', 'a'] }, 'run/vocabulary.json has the type "a" twice.'],
])('refuses %j', (data, sentence) => {
  expect(() => vocabularyFromData(data, 'run/vocabulary.json')).toThrow(new DataError(sentence));
});
