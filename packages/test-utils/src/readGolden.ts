import { readFileSync } from 'node:fs';

import { DataError } from '@bnrnn/core';

import { array64, type Array64 } from './array64';

/** Where the golden values of a file come from. */
export interface GoldenProvenance {
  tool: string;
  version: string;
  python: string;
  /** Path of the script from the repository's root. */
  script: string;
  seed: number;
  dtype: string;
}

/** One file of golden values; `path` names a value by the keys that lead to it. */
export interface Golden {
  readonly provenance: GoldenProvenance;
  /** The array at a path, e.g. `array('weights', 'weight_ih_l0')`. */
  array(...path: string[]): Array64;
  /** The number at a path, e.g. `number('sizes', 'time')`. */
  number(...path: string[]): number;
  /** The keys below a path, in the file's order, e.g. `names('gradients')`. */
  names(...path: string[]): string[];
  /** What `expectClose` says first when a value differs: file, path, tool and script. */
  label(...path: string[]): string;
}

const writer = 'tools/golden/make_golden.py';

/**
 * Reads a file of golden values, e.g. `readGolden(new URL('./golden/lstm.json', import.meta.url))`.
 *
 * @throws DataError naming the script that makes the file when it or a value in it is missing.
 */
export function readGolden(file: string | URL): Golden {
  const name = String(file).split('/').at(-1) ?? '';
  const content = parse(file, name);
  const provenance = content['provenance'] as GoldenProvenance;

  const find = (path: string[]): unknown => {
    let value: unknown = content;
    for (const key of path) value = isRecord(value) ? value[key] : undefined;
    if (value === undefined) refuse(`${name} holds no ${path.join('.')}`);
    return value;
  };
  return {
    provenance,
    array(...path) {
      const value = find(path) as Partial<Array64>;
      if (value.shape === undefined || value.data === undefined) {
        refuse(`${path.join('.')} of ${name} is no array`);
      }
      return array64(value.shape, value.data);
    },
    number(...path) {
      const value = find(path);
      return typeof value === 'number'
        ? value
        : refuse(`${path.join('.')} of ${name} is no number`);
    },
    names: (...path) => Object.keys(find(path) as object),
    label: (...path) =>
      `${path.join('.')} of ${name}, made by ${provenance.tool} ${provenance.version} with ${provenance.script}`,
  };
}

function parse(file: string | URL, name: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    return refuse(`${name} cannot be read from ${String(file)}`, cause);
  }
  if (!isRecord(content) || !isRecord(content['provenance'])) {
    refuse(`${name} has no provenance`);
  }
  return content;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function refuse(what: string, cause?: unknown): never {
  throw new DataError(`readGolden: ${what}.`, {
    cause,
    hint: `${writer} makes the golden files; tools/golden/README.md says how to run it.`,
  });
}
