import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DataError } from '@bnrnn/core';
import { afterAll, expect, test } from 'vitest';

import { expectClose } from './expectClose';
import { readGolden } from './readGolden';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-golden-'));
const file = join(folder, 'some.json');
afterAll(() => rmSync(folder, { recursive: true }));

const script = 'tools/golden/make_golden.py';
const content = {
  provenance: { tool: 'PyTorch', version: '9.9', python: '3', script, seed: 4, dtype: 'float64' },
  sizes: { time: 7 },
  weights: { first: { shape: [2, 1], data: [0.5, -1] } },
};

test('hands out arrays, numbers and names, and a label that names the script', () => {
  writeFileSync(file, JSON.stringify(content));
  const golden = readGolden(file);
  expectClose(golden.array('weights', 'first'), { shape: [2, 1], data: [0.5, -1] }, { rtol: 0 });
  expect(golden.number('sizes', 'time')).toBe(7);
  expect(golden.names('weights')).toEqual(['first']);
  expect(golden.label('weights', 'first')).toBe(
    `weights.first of some.json, made by PyTorch 9.9 with ${script}`,
  );
});

test('what is missing is refused with the script that makes it', () => {
  writeFileSync(file, JSON.stringify(content));
  const golden = readGolden(file);
  expect(() => golden.array('weights', 'second')).toThrow(/some\.json holds no weights\.second/);
  expect(() => golden.array('sizes')).toThrow(/is no array/);
  expect(() => golden.number('weights')).toThrow(/is no number/);
  writeFileSync(file, '{"sizes": {}}');
  expect(() => readGolden(file)).toThrow(/no provenance/);
  try {
    readGolden(join(folder, 'absent.json'));
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).hint).toContain(script);
  }
});
