import { expect, it } from 'vitest';
import { frequentTypes } from './frequentTypes';
import { rankByCount, TypeCounter } from './typeCounter';

it('ranks by count, then by place', () => {
  expect(rankByCount([2, 5, 2, 0, 5])).toEqual([1, 4, 0, 2, 3]);
});

it('renumbers tokens by the frequency of their type', () => {
  const counter = new TypeCounter();
  const tokens = Array.from(
    { length: 5000 },
    (_, i) => ['d', 'b', 'a', 'b', 'c', 'a', 'b'][i % 7]!,
  );
  for (const token of tokens) counter.push(token);
  const ranked = counter.ranked();
  expect(ranked.types).toEqual(['b', 'a', 'd', 'c']);
  expect(Array.from(ranked.tokens, (id) => ranked.types[id])).toEqual(tokens);
});

it('counts types named like properties of an object', () => {
  const counter = new TypeCounter();
  for (const token of ['constructor', '__proto__', 'constructor']) counter.push(token);
  expect(counter.ranked().types).toEqual(['constructor', '__proto__']);
});

it('keeps the most frequent words and turns the others into <unk>', () => {
  const words = ['w', '<eos>', 'x', 'y', 'z', 'late'];
  //                            z x y w: of w, x and y (two each) the first seen is kept.
  const tokens = Int32Array.of(4, 2, 3, 0, 1, 4, 4, 0, 2, 3, 1);
  const kept = frequentTypes(words, tokens, 4);
  expect(kept.types).toEqual(['<unk>', 'z', 'w', '<eos>']);
  expect(Array.from(tokens, (id) => kept.types[kept.renumber[id]!]).join(' ')).toBe(
    'z <unk> <unk> w <eos> z z w <unk> <unk> <eos>',
  );
  expect(kept.types[kept.renumber[5]!]).toBe('<unk>');
});

it('has fewer types where there are fewer words', () => {
  const kept = frequentTypes(['a', '<eos>', 'never'], Int32Array.of(0, 0, 1), 10);
  expect(kept.types).toEqual(['a', '<eos>', '<unk>']);
  expect([...kept.renumber]).toEqual([0, 1, 2]);
});
