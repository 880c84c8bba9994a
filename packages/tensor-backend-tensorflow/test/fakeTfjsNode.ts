import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A new folder, removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-tfjs-node-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a package named `@tensorflow/<name>` with one file of code into a folder's `node_modules`. */
export function writePackage(folder: string, name: string, code: string): string {
  const place = join(folder, 'node_modules', '@tensorflow', name);
  mkdirSync(place, { recursive: true });
  const description = { name: `@tensorflow/${name}`, version: '4.22.0', main: 'index.js' };
  writeFileSync(join(place, 'package.json'), JSON.stringify(description));
  writeFileSync(join(place, 'index.js'), code);
  return place;
}

/** The start of a Linux library for a processor, by ELF's number of it. */
export function elfHeader(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return header;
}
