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
import { mpiEngines, type MpiEngine } from '@bnrnn/test-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../package.json';
import { bnrnn, finished, newFolder, type Finished } from './bnrnn';

const engines = mpiEngines();
const [engine] = engines;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = newFolder();

/** How one rank is started: what differs from the command that all have. */
interface Rank {
  readonly flags?: readonly string[];
  readonly node?: readonly string[];
  readonly main?: string;
}

const command = (out: string): readonly string[] => [
  ...['train', 'ptb-small-tiny', '--data', 'synthetic', '--max-steps', '40', '--json'],
  ...['--out', out, '--set', 'checkpoints.everySteps=2'],
];

/** The same command on ranks that are started in different ways. */
function launch(
  { mpiexec, args, env }: MpiEngine,
  out: string,
  ranks: readonly Rank[],
  more: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const parts = ranks.map(({ flags = [], node = [], main: program = main }) => [
    ...['-n', '1', process.execPath, ...node, program, ...command(out), ...flags],
  ]);
  return finished(
    spawn(
      mpiexec,
      // Open MPI 5 takes its options once, before the first program.
      [...args, ...parts.flatMap((part, k) => (k === 0 ? part : [':', ...part]))],
      { cwd: folder, env: { ...process.env, ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
}

const job = (out: string, ...ranks: readonly Rank[]) => launch(engine!, out, ranks);

const strategy = fileURLToPath(new URL('faultStrategy.mjs', import.meta.url));
const withStrategy = [
  ...['--strategy', strategy, '--set', 'model.normalize.inputToHidden=fault'],
  ...['--set', 'evaluation.maxBatches=2'],
];

function lossesOf(out: string): readonly number[] {
  const lines = readFileSync(join(folder, out, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as { type: string; loss: number });
  return events.flatMap(({ type, loss }) => (type === 'step' ? [loss] : []));
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
  test('one rank that throws before the first step speaks for itself', async () => {
    const ended = await job('throws', {}, { flags: ['--data', 'nowhere'] });
    expect(ended.status).not.toBe(0);
    expect(saidBy(ended)).toEqual([expect.stringMatching(/^bnrnn: rank 1 of 2: .*nowhere/)]);
  }, 90_000);

  test('ranks may have other threads', async () => {
    const ended = await job('threads', {}, { flags: ['--threads', '1'] });
    expect(saidBy(ended)).toEqual([]);
    expect(ended.status).toBe(0);
  }, 90_000);

  test.each([
    ['seed', ['--seed', '2'], 'train: seed is 1 on rank 0 and 2 on rank 1'],
    ['data', ['--data', 'glosses'], 'on rank 0 and'],
    [
      'setting',
      ['--set', 'optimizer.learningRate=0.25'],
      'schedule.initial is 1 on rank 0 and 0.25',
    ],
    ['model', ['--normalize', 'layer'], 'on rank 0 and'],
    ['backend', ['--backend', 'cpu'], 'train: backend is "simd" on rank 0 and "cpu" on rank 1'],
    ['precision', ['--precision', 'bf16'], 'train: precision is "float32" on rank 0 and "bf16"'],
    ['start', ['--resume'], 'train: resume is false on rank 0 and true on rank 1'],
    ['strategy', ['--strategy', strategy], 'train: strategies'],
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

describe.runIf(engine !== undefined)('what goes wrong in the middle of training', () => {
  beforeAll(async () => {
    const { status, stderr } = await bnrnn(folder, ...command('alone'), ...withStrategy);
    expect(status, stderr).toBe(0);
  }, 90_000);

  describe.each(engines)('$name', (engine) => {
    test.each([
      [
        'diverge',
        [
          /^bnrnn: rank 0 of 2: train: the (?:loss|norm of the gradient) is (?:NaN|-?Infinity) after \d+ steps/,
        ],
      ],
      ['throw', [/^bnrnn: rank 1 of 2: .*the strategy is at its end/]],
      // V8 says more than a sentence, and ends the process.
      ['memory', []],
    ])(
      '%s: all ranks end within 5 s, and one process goes on from the checkpoint',
      async (fault, sentences) => {
        const out = `${fault}-${engine.name.replaceAll(/\W+/g, '-')}`;
        const at = join(folder, `${out}.at`);
        const rank = { flags: withStrategy, node: ['--max-old-space-size=150'] };
        const ended = await launch(engine, out, [rank, rank], {
          ...{ FAULT: fault, FAULT_FOLDER: join(folder, out, 'checkpoints'), FAULT_AT: at },
        });
        const seconds = (Date.now() - Number(readFileSync(at, 'utf8'))) / 1000;
        expect(seconds).toBeLessThan(5);
        expect(ended.status).not.toBe(0);
        expect(saidBy(ended)).toEqual(
          sentences.map((each): unknown => expect.stringMatching(each)),
        );
        if (fault === 'memory') expect(ended.stderr).toContain('JavaScript heap out of memory');
        const resumed = await bnrnn(folder, ...command(out), ...withStrategy, '--resume');
        expect(resumed.stderr).not.toContain('bnrnn:');
        expect(resumed.stderr).not.toContain('warning:');
        expect(resumed.status).toBe(0);
        const straight = lossesOf('alone');
        expect(lossesOf(out)).toHaveLength(straight.length);
        lossesOf(out).forEach((loss, k) => expect(loss).toBeCloseTo(straight[k]!, 4));
      },
      90_000,
    );
  });
});
