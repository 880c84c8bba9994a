import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeTemporaryFolder, removeTemporaries } from './temporaries';
import { TemporaryFile } from './temporaryFile';

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-temporary-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'a.partial');
}

test('a file is known to the handler of a signal as soon as it is there', async () => {
  const path = temporaryPath();
  const made = TemporaryFile.create(path);
  expect(existsSync(path)).toBe(true);
  removeTemporaries();
  expect(existsSync(path)).toBe(false);
  // Whether it is opened before it is removed is the system's affair.
  await made.then(
    (file) => file.abort(),
    () => undefined,
  );
});

test('a folder is, with what lies in it', async () => {
  const path = temporaryPath();
  makeTemporaryFolder(path);
  const file = await TemporaryFile.create(join(path, 'file'));
  removeTemporaries();
  expect(existsSync(path)).toBe(false);
  await file.abort();
});

test('a file that is there is not opened, and stays', async () => {
  const path = temporaryPath();
  const first = await TemporaryFile.create(path);
  await expect(TemporaryFile.create(path)).rejects.toThrow(/EEXIST/);
  expect(existsSync(path)).toBe(true);
  await first.abort();
  expect(existsSync(path)).toBe(false);
});
