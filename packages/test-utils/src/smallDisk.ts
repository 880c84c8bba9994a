import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const run = (script: string, ...values: string[]): boolean =>
  spawnSync('sh', ['-c', script, ...values], { stdio: 'ignore' }).status === 0;

/** True where this process may mount a disk in memory: on Linux, as root. */
export const mountsDisks: boolean =
  process.platform === 'linux' && process.getuid?.() === 0 && tryDisk();

/** A new disk of so many KiB as a folder; it goes when the test ends. */
export function smallDisk(kibibytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-disk-'));
  onTestFinished(() => remove(folder));
  if (!mount(folder, kibibytes)) throw new Error(`No disk could be mounted at ${folder}.`);
  return folder;
}

function mount(folder: string, kibibytes: number): boolean {
  return run('mount -t tmpfs -o size="$1"k none "$0"', folder, String(kibibytes));
}

function remove(folder: string): void {
  run('umount -l "$0"', folder);
  rmSync(folder, { recursive: true, force: true });
}

function tryDisk(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-disk-'));
  const mounted = mount(folder, 64);
  remove(folder);
  return mounted;
}
