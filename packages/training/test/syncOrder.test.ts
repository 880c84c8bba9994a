import { basename } from 'node:path';
import type * as FsPromises from 'node:fs/promises';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { train } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { beforeAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyOptions } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

const calls: string[] = [];

/** The file system, with a note of each sync and rename; what a test can see of a power cut is their order. */
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FsPromises>();
  return {
    ...real,
    async open(path: string, ...rest: [string]) {
      const handle = await real.open(path, ...rest);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        calls.push(`sync ${kindOf(path)}`);
        await sync();
      };
      return handle;
    },
    async rename(from: string, to: string) {
      calls.push(`rename ${kindOf(to)}`);
      await real.rename(from, to);
    },
  };
});

function kindOf(path: string): string {
  const name = basename(path);
  if (name.endsWith('.tmp')) return 'unfinished';
  return name.startsWith('step-') ? (name.split('.').at(-1) ?? '') : 'folder';
}

test('a checkpoint reaches the disk in an order that survives a power cut at any moment', async () => {
  const model = tinyModel();
  const checkpoints = {
    store: folderStore(temporaryFolder()),
    beforeCommit: () => void calls.push('log'),
  };
  const events = [];
  for await (const event of train({ ...tinyOptions(), model, checkpoints, maxSteps: 1 })) {
    events.push(event.type);
  }
  model.dispose();
  const file = (name: string) => ['sync unfinished', `rename ${name}`, 'sync folder'];
  expect(events).toContain('checkpoint');
  expect(calls).toEqual([...file('safetensors'), 'log', ...file('json')]);
});
