import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFolder, takeFreeFolder } from './takeFolder';

let root = '';
const before = process.cwd();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bnrnn-take-'));
  process.chdir(root);
});

afterEach(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

describe('takeFolder', () => {
  it('makes the folder with its parents and takes all of them back', () => {
    mkdirSync('kept');
    const taken = takeFolder(join('kept', 'a', 'b'));
    expect(taken.isNew).toBe(true);
    expect(existsSync(join(root, 'kept', 'a', 'b'))).toBe(true);
    taken.release();
    expect(readdirSync('.')).toEqual(['kept']);
    expect(readdirSync('kept')).toEqual([]);
  });

  it('keeps a folder that was there, though it is empty', () => {
    mkdirSync('empty');
    const taken = takeFolder('empty');
    expect(taken.isNew).toBe(false);
    taken.release();
    expect(existsSync('empty')).toBe(true);
  });

  it('keeps everything that was written meanwhile, and takes it back once', () => {
    const taken = takeFolder(join('a', 'b'));
    writeFileSync(join('a', 'beside'), 'x');
    taken.release();
    taken.release();
    expect(readdirSync('a')).toEqual(['beside']);

    const used = takeFolder(join('c', 'd'));
    writeFileSync(join('c', 'd', 'step'), 'x');
    used.release();
    expect(readdirSync(join('c', 'd'))).toEqual(['step']);
  });

  it('says which folder cannot be made', () => {
    writeFileSync('file', 'x');
    expect(() => takeFolder(join('file', 'run'))).toThrow(
      `The folder ${join('file', 'run')} cannot be made or written to: `,
    );
  });
});

describe('takeFreeFolder', () => {
  it('gives no name twice, an empty folder’s neither', () => {
    mkdirSync(join('runs', 'small-2'), { recursive: true });
    const names = [1, 2, 3].map(() => takeFreeFolder('small').folder);
    expect(names).toEqual(['small', 'small-3', 'small-4'].map((name) => join('runs', name)));
  });
});
