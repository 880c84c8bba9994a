import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, Sha256, UsageError } from '@bnrnn/core';
import { expect, onTestFinished, test } from 'vitest';
import { PartReader } from '../checkpoint/partReader';
import { encodeSafetensors, readSafetensors } from '../checkpoint/safetensors';
import { folderStore } from './folderStore';
import { lockFolder } from './lockFolder';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a file longer than a part is read part by part to the same numbers', async () => {
  const data = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
  const store = folderStore(temporaryFolder(), { partBytes: 7 });
  const source = { type: 'F32', shape: [10, 100], read: () => data } as const;
  await store.write('a.safetensors', encodeSafetensors(new Map([['a', source]])));
  const { bytes, parts } = await store.read('a.safetensors');
  let most = 0;
  const watched = async function* () {
    for await (const part of parts) {
      most = Math.max(most, part.length);
      yield part;
    }
  };
  const hash = new Sha256();
  const reader = new PartReader({ bytes, parts: watched() }, 'a', hash);
  const tensors = await readSafetensors(reader, bytes, 'a');
  expect(tensors.get('a')).toEqual({ shape: [10, 100], data });
  expect(most).toBe(7);
  const whole = store.hash!();
  for await (const part of encodeSafetensors(new Map([['a', source]]))) whole.update(part);
  expect(hash.hex()).toBe(whole.hex());
});

test('a temporary file of another writer stays, and a failed write leaves none', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, `writing-${process.pid}.tmp`), 'of another');
  const failing = function* (): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  const write = folderStore(folder).write('a', failing());
  await expect(write).rejects.toThrow(
    `A checkpoint could not be written to ${folder}: the disk is full.`,
  );
  expect(readdirSync(folder)).toEqual([`writing-${process.pid}.tmp`]);
});

test('what is missing or a folder is a sentence', async () => {
  const folder = temporaryFolder();
  await expect(folderStore(folder).read('a')).rejects.toThrow(`${join(folder, 'a')} is missing.`);
  await expect(folderStore(join(folder, 'b')).list()).resolves.toEqual([]);
  writeFileSync(join(folder, 'c'), '');
  await expect(folderStore(join(folder, 'c')).list()).rejects.toThrow(DataError);
});

test('a folder is taken once and free again after its release', () => {
  const folder = temporaryFolder();
  const { release } = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(UsageError);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid} of ${hostname()}`);
  release();
  expect(readdirSync(folder)).toEqual([]);
  lockFolder(folder).release();
});

const owner = { process: process.pid, host: hostname(), started: null, token: 'other' };

test('a lock holds while its process lives and not after', async () => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const lock = (change: object): void =>
    writeFileSync(join(folder, 'run.lock'), JSON.stringify({ ...owner, ...change }));
  lock({ process: child.pid });
  expect(() => lockFolder(folder)).toThrow(`in use by process ${child.pid}`);
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  lockFolder(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')('a number that was given anew does not hold', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'run.lock'), JSON.stringify({ ...owner, started: '1' }));
  lockFolder(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a killed process whose parent has not asked for its status holds nothing',
  async () => {
    // The shell becomes a program that never asks.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const zombie = Number(String(line));
      const stat = (): string => readFileSync(`/proc/${zombie}/stat`, 'latin1');
      await expect.poll(stat).toMatch(/\) Z /);
      const started = stat().split(') ').at(-1)!.split(' ')[19];
      const folder = temporaryFolder();
      const held = { ...owner, process: zombie, started };
      writeFileSync(join(folder, 'run.lock'), JSON.stringify(held));
      lockFolder(folder).release();
    } finally {
      parent.kill();
    }
  },
);

test('a lock of another host holds, with what to delete; a spoiled one does not', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'run.lock');
  writeFileSync(file, JSON.stringify({ ...owner, host: 'elsewhere' }));
  expect(() => lockFolder(folder)).toThrow(
    expect.objectContaining({
      hint: `If nothing runs on elsewhere any more, delete ${file}.`,
    }) as Error,
  );
  writeFileSync(file, '');
  lockFolder(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});
