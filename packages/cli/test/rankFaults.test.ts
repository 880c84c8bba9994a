import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mpiEngines } from '@bnrnn/test-utils';
import { afterAll, describe, expect, test } from 'vitest';
import { version } from '../package.json';
import { finished, newFolder, type Finished } from './bnrnn';

const [engine] = mpiEngines();
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = newFolder();

/** How one rank is started: what differs from the command that all have. */
interface Rank {
  readonly flags?: readonly string[];
  readonly node?: readonly string[];
  readonly main?: string;
}

/** `bnrnn train` of one job whose ranks are started in different ways. */
async function job(
  out: string,
  ...ranks: readonly Rank[]
): Promise<Finished & { seconds: number }> {
  const { mpiexec, args, env } = engine!;
  const command = ['train', 'ptb-small-tiny', '--data', 'synthetic', '--max-steps', '40', '--json'];
  const parts = ranks.map(({ flags = [], node = [], main: program = main }) => [
    ...['-n', '1', ...args, process.execPath, ...node, program, ...command],
    ...['--out', out, '--set', 'checkpoints.everySteps=2', ...flags],
  ]);
  const began = performance.now();
  const ended = await finished(
    spawn(
      mpiexec,
      parts.flatMap((part, k) => (k === 0 ? part : [':', ...part])),
      { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
  return { ...ended, seconds: (performance.now() - began) / 1000 };
}

/** The sentences of ranks; an engine writes of its own behind them. */
const saidBy = ({ stderr }: Finished): string[] =>
  stderr.split('\n').filter((line) => line.startsWith('bnrnn: '));

test.skipIf(engine !== undefined)(
  'faults of ranks (need an MPI: Debian mpich or openmpi-bin)',
  () => {
    expect(engine).toBe(undefined);
  },
);

describe.runIf(engine !== undefined)('what goes wrong on ranks ends all of them', () => {
  test('a loss that diverges is told once', async () => {
    const flags = [
      '--set',
      'optimizer.learningRate=1e38',
      '--set',
      'optimizer.maxGradientNorm=1e38',
    ];
    const ended = await job('diverged', { flags }, { flags });
    expect(ended.status).toBe(1);
    expect(saidBy(ended)).toEqual([
      expect.stringMatching(/^bnrnn: rank 0 of 2: train: the loss is Infinity after 1 steps/),
    ]);
    expect(ended.seconds).toBeLessThan(60);
  }, 90_000);

  test('one rank that throws speaks for itself', async () => {
    const ended = await job('throws', {}, { flags: ['--data', 'nowhere'] });
    expect(ended.status).not.toBe(0);
    expect(saidBy(ended)).toEqual([expect.stringMatching(/^bnrnn: rank 1 of 2: .*nowhere/)]);
  }, 90_000);

  test('one rank that runs out of memory ends the other', async () => {
    const grows = 'const all = []; setInterval(() => all.push(Array(1e6).fill(0)), 1)';
    const node = ['--max-old-space-size=80', '--import', `data:text/javascript,${grows}`];
    const ended = await job('memory', {}, { node });
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toContain('JavaScript heap out of memory');
    expect(saidBy(ended)).toEqual([]);
  }, 90_000);

  test.each([
    ['seed', ['--seed', '2'], 'train: seed is 1 on rank 0 and 2 on rank 1'],
    ['data', ['--data', 'glosses'], 'on rank 0 and'],
    [
      'setting',
      ['--set', 'optimizer.learningRate=0.25'],
      'schedule.initial is 1 on rank 0 and 0.25',
    ],
  ])(
    'another %s is refused before the first step',
    async (what, flags, sentence) => {
      const ended = await job(`other-${what}`, {}, { flags });
      expect(ended.status).toBe(2);
      expect(saidBy(ended)).toEqual([expect.stringContaining(sentence)]);
      expect(saidBy(ended)[0]).toContain('bnrnn: rank 0 of 2: ');
      expect(existsSync(join(folder, `other-${what}`, 'events.jsonl'))).toBe(false);
    },
    90_000,
  );

  describe('another version', () => {
    // Beside the built files, so that what they import is found.
    const copy = mkdtempSync(join(dirname(dirname(main)), '.test-results-'));
    afterAll(() => rmSync(copy, { recursive: true }));

    test('is refused before the first step', async () => {
      cpSync(dirname(main), copy, { recursive: true });
      for (const name of readdirSync(copy).filter((each) => each.endsWith('.js'))) {
        const text = readFileSync(join(copy, name), 'utf8');
        writeFileSync(
          join(copy, name),
          text.replace(`version = "${version}"`, 'version = "9.9.9"'),
        );
      }
      const ended = await job('other-version', {}, { main: join(copy, 'main.js') });
      expect(ended.status).toBe(2);
      expect(saidBy(ended)).toEqual([
        `bnrnn: rank 0 of 2: train: version is "${version}" on rank 0 and "9.9.9" on rank 1, and all ranks must have the same.`,
      ]);
    }, 90_000);
  });
});
