import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, start, type Finished } from './bnrnn';

const folder = newFolder();
const small = { BNRNN_MEMORY_MIB: '64' };

/** A run whose step needs more than 64 MiB. */
const large = (...more: string[]): string[] => [
  ...['train', 'ptb-small-tiny', '--data', 'synthetic', '--backend', 'simd', '--max-steps', '1'],
  ...['--set', 'model.units=128', '--set', 'data.batch=90', '--set', 'data.time=100'],
  ...['--set', 'evaluation.maxBatches=1', '--json', ...more],
];

const refuse = (args: string[]): Promise<Finished> => finished(start(folder, args, small));

describe('a run that is refused', () => {
  it('because its step does not fit leaves no folder, named or not', async () => {
    for (const out of [[], ['--out', join('a', 'b')]]) {
      const before = readdirSync(folder);
      const { status, stderr } = await refuse(large(...out));
      expect(status, stderr).toBe(1);
      expect(stderr).toMatch(/needs [\d,]+ MiB of memory/);
      expect(readdirSync(folder)).toEqual(before);
    }
  });

  it('does not stand in the way of the same command that fits', async () => {
    const out = ['--out', 'again'];
    expect((await refuse(large(...out))).status).toBe(1);
    const result = await bnrnn(folder, ...large(...out));
    expect(result.status, result.stderr).toBe(0);
    expect(lastJson(result)).toMatchObject({ steps: 1, runFolder: 'again' });
  });

  it('leaves an empty folder that was there, and what stands beside it', async () => {
    mkdirSync(join(folder, 'kept', 'empty'), { recursive: true });
    writeFileSync(join(folder, 'kept', 'beside'), 'x');
    expect((await refuse(large('--out', join('kept', 'empty')))).status).toBe(1);
    expect((await refuse(large('--out', join('kept', 'new')))).status).toBe(1);
    expect(readdirSync(join(folder, 'kept'))).toEqual(['beside', 'empty']);
    expect(readdirSync(join(folder, 'kept', 'empty'))).toEqual([]);
  });

  it('because of its folder names it', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const is = await bnrnn(folder, ...large('--out', 'file'));
    expect(is.stderr).toContain('--out: file is a file, expected a folder or a new name.');
    const below = await bnrnn(folder, ...large('--out', join('file', 'run')));
    expect(below.stderr).toContain(`The folder ${join('file', 'run')} cannot be made`);
  });
});
