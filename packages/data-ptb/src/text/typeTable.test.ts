import { expect, it } from 'vitest';
import { TypeTable } from './typeTable';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('finds 20,000 types again among each other, by the bytes of a larger text', () => {
  const table = new TypeTable();
  const names = Array.from({ length: 20_000 }, (_, i) => `t${i * 7919}é`);
  names.forEach((name, id) => {
    expect(table.find(bytes(name), 0, bytes(name).length)).toBe(-1);
    expect(table.add(bytes(name), name)).toBe(id);
  });
  expect(table.names).toEqual(names);
  names.forEach((name, id) => {
    const inside = bytes(`${name}${name}`);
    const length = inside.length / 2;
    expect(table.find(inside, length, 2 * length)).toBe(id);
  });
});

it('keeps a type apart from its beginning and from names of an object', () => {
  const table = new TypeTable();
  for (const name of ['ab', 'a', '__proto__', 'constructor']) table.add(bytes(name), name);
  expect(table.find(bytes('abc'), 0, 1)).toBe(1);
  expect(table.find(bytes('abc'), 0, 2)).toBe(0);
  expect(table.find(bytes('abc'), 0, 3)).toBe(-1);
  expect(table.find(bytes('constructor'), 0, 11)).toBe(3);
  expect(table.find(bytes('toString'), 0, 8)).toBe(-1);
});
