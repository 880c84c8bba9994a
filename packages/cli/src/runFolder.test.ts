import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeContent } from './runFolder';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-write-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a link stays one and its target is written', async () => {
  const folder = temporaryFolder();
  await writeContent(folder, 'target', 'old');
  symlinkSync('target', join(folder, 'link'));
  await writeContent(folder, 'link', 'new');
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
  expect(readdirSync(folder).sort()).toEqual(['link', 'target']);
});

test.runIf(process.platform === 'linux')('a full device stays one and says so', async () => {
  const folder = temporaryFolder();
  symlinkSync('/dev/full', join(folder, 'full'));
  const full = join(folder, 'full');
  await expect(writeContent(folder, 'full', 'text')).rejects.toThrow(
    `${full} cannot be written: the disk is full.`,
  );
  expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
});

test.runIf(process.platform === 'linux')('a folder in the way is a sentence', async () => {
  const folder = temporaryFolder();
  execFileSync('mkdir', [join(folder, 'taken')]);
  await expect(writeContent(folder, 'taken', 'text')).rejects.toThrow(
    'cannot be written: it is a folder.',
  );
});
