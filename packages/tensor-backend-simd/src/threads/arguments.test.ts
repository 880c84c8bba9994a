import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type ArgumentsOf, type ProgramName, programNames, programs } from '../programs';
import { type Names, type Numbers, readArguments, split, writeArguments } from './arguments';
import { argumentCount, argumentsStart } from './control';

/** Distinct numbers under these names. */
function numbered(names: Names, next = { number: 1 }): Numbers {
  const entries = Array.isArray(names)
    ? (names as string[]).map((name) => [name, next.number++ / 8])
    : Object.entries(names).map(([part, own]: [string, Names]) => [part, numbered(own, next)]);
  return Object.fromEntries(entries) as Numbers;
}

test('arguments lie in the order of their names, whatever the order in which they are given', () => {
  const names = split({ sizes: ['rows columns', 'epsilon'], out: ['y'] });
  expect(names).toEqual({ sizes: ['rows', 'columns', 'epsilon'], out: ['y'] });
  const values = new Float64Array(6).fill(-1);
  writeArguments(names, { out: { y: 64 }, sizes: { epsilon: 0.5, columns: 3, rows: 2 } }, values);
  expect([...values]).toEqual([2, 3, 0.5, 64, -1, -1]);
  expect(readArguments(names, values)).toEqual({
    ...{ sizes: { rows: 2, columns: 3, epsilon: 0.5 }, out: { y: 64 } },
  });
});

describe('the arguments of every program fit into their place in the shared memory', () => {
  test.each(programNames)('%s', (name) => {
    const { names } = programs[name];
    const given = numbered(names);
    const values = new Float64Array(argumentCount);
    writeArguments(names, given, values);
    expect(readArguments(names, values)).toEqual(given);
  });
});

test('a program takes the names that it was defined with, each of them and no other', () => {
  expectTypeOf<ArgumentsOf<'sumRows'>>().toEqualTypeOf<
    Readonly<Record<'x' | 'out' | 'rows' | 'columns', number>>
  >();
  type Pair = Readonly<Record<'first' | 'second', ArgumentsOf<'scan'>>>;
  expectTypeOf<ArgumentsOf<'scanPair'>>().toEqualTypeOf<Pair>();
  const namesOf = <Name extends ProgramName>(_name: Name, given: ArgumentsOf<Name>) =>
    Object.keys(given);
  // @ts-expect-error: `columns` is missing.
  expect(namesOf('sumRows', { x: 8, out: 16, rows: 2 })).toHaveLength(3);
  // @ts-expect-error: `column` is misspelt.
  expect(namesOf('sumRows', { x: 8, out: 16, rows: 2, column: 3 })).toHaveLength(4);
});

describe('the head of the shared memory', () => {
  test.each(Object.entries(programs))('holds the arguments of %s', (_, { names }) => {
    const count = (part: Names): number =>
      Array.isArray(part)
        ? part.length
        : Object.values(part as Record<string, Names>).reduce((sum, own) => sum + count(own), 0);
    expect(count(names)).toBeLessThanOrEqual(argumentCount);
  });

  test('ends before the static data of the kernels', () => {
    const file = new URL('../../asconfig.json', import.meta.url);
    const { options } = JSON.parse(readFileSync(file, 'utf8')) as {
      options: { memoryBase: number };
    };
    expect(argumentsStart + 8 * argumentCount).toBeLessThanOrEqual(options.memoryBase);
  });
});
