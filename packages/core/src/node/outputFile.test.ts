import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { followLinks } from './followLinks';
import { OutputFile, writeOutput } from './outputFile';
import { removeTemporaries } from './temporaries';
import { writeFullySync } from './writeFully';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-output-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a file', () => {
  test('has its name only when it is whole, and keeps the permissions of the one before', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    writeFileSync(path, 'before');
    chmodSync(path, 0o640);
    const file = await OutputFile.open(path);
    await file.write('é');
    await file.write(new Uint8Array(3_000_000).fill(65));
    await file.end();
    expect(readFileSync(path, 'utf8')).toBe('before');
    await file.commit();
    const written = readFileSync(path);
    expect(written.length).toBe(3_000_002);
    expect(written.subarray(0, 3).toString()).toBe('éA');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('that is given up, or whose content fails, leaves what was there', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    writeFileSync(path, 'before');
    const parts = function* (): Generator<string> {
      yield 'after';
      throw new Error('no more');
    };
    await expect(writeOutput(path, parts())).rejects.toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('that was not finished goes with the process that is ended', async () => {
    const folder = temporaryFolder();
    const file = await OutputFile.open(join(folder, 'a'));
    await file.write('x');
    expect(readdirSync(folder)).toHaveLength(1);
    removeTemporaries();
    expect(readdirSync(folder)).toEqual([]);
    await file.abort();
  });

  test('is written through links, one that leads nowhere yet too', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'far'));
    writeFileSync(join(folder, 'far', 'old'), 'old');
    symlinkSync('far/old', join(folder, 'link'));
    symlinkSync('link', join(folder, 'twice'));
    symlinkSync('far/new', join(folder, 'dangling'));
    await writeOutput(join(folder, 'twice'), ['new']);
    await writeOutput(join(folder, 'dangling'), ['made']);
    expect(readlinkSync(join(folder, 'twice'))).toBe('link');
    expect(readlinkSync(join(folder, 'dangling'))).toBe('far/new');
    expect(readFileSync(join(folder, 'far', 'old'), 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'far', 'new'), 'utf8')).toBe('made');
    expect(readdirSync(join(folder, 'far')).sort()).toEqual(['new', 'old']);
  });

  test('that cannot be written is named in a sentence', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken'));
    symlinkSync('circle', join(folder, 'circle'));
    writeFileSync(join(folder, 'file'), '');
    for (const [name, reason] of [
      ['taken', 'it is a folder'],
      ['circle', 'its symbolic links go in a circle'],
      [join('none', 'x'), 'there is no such file or folder'],
      [join('file', 'x'), 'a part of its path is a file'],
    ] as const) {
      const path = join(folder, name);
      const written = writeOutput(path, ['x']);
      await expect(written, name).rejects.toThrow(`${path} cannot be written: ${reason}.`);
      await expect(written).rejects.toBeInstanceOf(DataError);
    }
  });
});

describe.runIf(process.platform === 'linux')('what is no file is written into', () => {
  test('a device that is full stays one and says so', async () => {
    const folder = temporaryFolder();
    const link = join(folder, 'full');
    symlinkSync('/dev/full', link);
    await expect(writeOutput(link, ['x'])).rejects.toThrow(
      `${link} cannot be written: the disk is full.`,
    );
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
    await writeOutput('/dev/null', ['x']);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('a named pipe hands everything on and stays', async () => {
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    const reader = spawn('cat', [pipe]);
    let bytes = 0;
    reader.stdout.on('data', (part: Buffer) => (bytes += part.length));
    const ended = new Promise((resolve) => reader.on('close', resolve));
    await writeOutput(pipe, [new Uint8Array(2_000_000), 'end']);
    await ended;
    expect(bytes).toBe(2_000_003);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('standard output is the one that the shell opened, a file or a pipe', async () => {
    expect(await followLinks('/dev/stdout')).toBe(`/proc/${process.pid}/fd/1`);
  });
});

test('all bytes are written where the system takes a few at a time, or none any more', () => {
  const taken: number[] = [];
  const few = (_: number, bytes: Uint8Array, from: number, length: number): number => {
    const count = Math.min(3, length);
    taken.push(...bytes.subarray(from, from + count));
    return count;
  };
  const bytes = Uint8Array.from({ length: 11 }, (_, i) => i);
  writeFullySync(0, bytes, few);
  expect(taken).toEqual([...bytes]);
  expect(() => writeFullySync(0, bytes, () => 0)).toThrow('nothing was written');
});
