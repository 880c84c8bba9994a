import { randomStream } from '@bnrnn/core';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  openSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, readJsonFile, start } from './bnrnn';

const folder = newFolder();
const steps = 60;
const seed = 20_151_005;

/** A run with a checkpoint every third step, its model large enough that writing one takes a while. */
const args = (out: string, ...more: string[]): string[] => [
  ...['train', 'ptb-small-bn-tiny', '--data', 'synthetic', '--backend', 'wasm', '--out', out],
  ...['--max-steps', String(steps), '--set', 'checkpoints.everySteps=3'],
  ...['--set', 'evaluation.maxBatches=5', '--set', 'model.units=96', '--json'],
  ...more,
];

/** SHA-256 of everything the last checkpoint holds: weights, statistics, carried state. */
function finalBits(run: string): string {
  const checkpoints = join(folder, run, 'checkpoints');
  const prefix = `step-${String(steps).padStart(8, '0')}-`;
  const name = readdirSync(checkpoints).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`${checkpoints} has no checkpoint of step ${steps}.`);
  return createHash('sha256')
    .update(readFileSync(join(checkpoints, name)))
    .digest('hex');
}

/** The losses of a run by step: a resumed run has each step once. */
function losses(run: string): [number, number][] {
  const lines = readFileSync(join(folder, run, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line) as { type: string; step: number; loss: number })
    .filter(({ type }) => type === 'step')
    .map(({ step, loss }) => [step, loss]);
}

const stepsDone = (run: string): number => {
  const file = join(folder, run, 'events.jsonl');
  if (!existsSync(file)) return 0;
  return readFileSync(file, 'utf8').split('"type":"step"').length - 1;
};

const isWriting = (run: string): boolean => {
  const checkpoints = join(folder, run, 'checkpoints');
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith('.tmp'));
};

/** Kills a running command as soon as something holds; false when it ended before. */
async function killWhen(
  child: ChildProcess,
  signal: 'SIGKILL' | 'SIGINT',
  holds: () => boolean,
  wait: () => Promise<unknown>,
): Promise<boolean> {
  const end = finished(child);
  while (child.exitCode === null && !holds()) await wait();
  const alive = child.kill(signal);
  await end;
  return alive;
}

beforeAll(async () => {
  const { status, stderr } = await bnrnn(folder, ...args('whole'));
  if (status !== 0) throw new Error(stderr);
}, 120_000);

const moments = Array.from(randomStream('kill', seed).uniform(2, 4, steps - 4), Math.round);

describe(`SIGKILL and --resume (seed ${seed})`, () => {
  it.each(moments)(
    'after step %d: the same bits as the uninterrupted run',
    async (moment) => {
      const run = `killed-${moment}`;
      const child = start(folder, args(run));
      expect(
        await killWhen(
          child,
          'SIGKILL',
          () => stepsDone(run) >= moment,
          () => setTimeout(2),
        ),
      ).toBe(true);
      expect(existsSync(join(folder, run, 'result.json'))).toBe(false);
      const resumed = await bnrnn(folder, ...args(run, '--resume'));
      expect(resumed.status, resumed.stderr).toBe(0);
      expect(finalBits(run)).toBe(finalBits('whole'));
      expect(losses(run)).toEqual(losses('whole'));
    },
    240_000,
  );

  it('while a checkpoint is being written: the same bits', async () => {
    const run = 'killed-writing';
    let caught = false;
    // A write can end between seeing it and the kill; then the resumed run is tried again.
    for (let attempt = 0; attempt < 8 && !caught; attempt++) {
      const more = attempt === 0 ? [] : ['--resume'];
      const child = start(folder, args(run, ...more));
      const after = stepsDone(run) + 2;
      await killWhen(
        child,
        'SIGKILL',
        () => stepsDone(run) >= after && isWriting(run),
        () => setImmediate(),
      );
      caught = isWriting(run);
    }
    expect(caught).toBe(true);
    const resumed = await bnrnn(folder, ...args(run, '--resume'));
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(isWriting(run)).toBe(false);
    expect(finalBits(run)).toBe(finalBits('whole'));
    expect(losses(run)).toEqual(losses('whole'));
  }, 240_000);
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, expected) => {
  it('ends the step, saves, says how to go on; the resumed run ends in the same bits', async () => {
    const run = `interrupted-${signal}`;
    const child = start(folder, args(run));
    const end = finished(child);
    while (child.exitCode === null && stepsDone(run) < 10) await setTimeout(2);
    child.kill(signal);
    const { status, stderr, stdout } = await end;
    expect(status, stderr).toBe(expected);
    expect(stderr).toContain(`--out ${run} --resume`);
    expect(lastJson({ status, stderr, stdout })['steps'] as number).toBeLessThan(steps);
    const resumed = await bnrnn(folder, ...args(run, '--resume'));
    expect(lastJson(resumed)['steps']).toBe(steps);
    expect(finalBits(run)).toBe(finalBits('whole'));
  }, 240_000);
});

it('trains on when standard error is full', async () => {
  const full = openSync('/dev/full', 'w');
  const child = start(folder, args('deaf'), {}, 'pipe', full);
  const { status, stdout } = await finished(child);
  closeSync(full);
  expect(status).toBe(0);
  expect(lastJson({ status, stdout, stderr: '' })['steps']).toBe(steps);
}, 120_000);

describe('the threads of a run', () => {
  const train = (out: string, until: number, ...more: string[]) =>
    bnrnn(
      folder,
      ...['train', 'ptb-small-bn-tiny', '--data', 'synthetic', '--backend', 'simd', '--out', out],
      ...['--set', 'evaluation.maxBatches=1', '--max-steps', String(until), ...more],
    );
  // The name holds a digest of the tensors.
  const weights = (run: string): string[] =>
    readdirSync(join(folder, run, 'checkpoints')).filter((name) =>
      /^step-0*6-.*\.safetensors$/.test(name),
    );

  it('are kept by --resume, and with them the bits', async () => {
    await train('three-threads', 6, '--threads', '3');
    await train('three-again', 3, '--threads', '3');
    const resumed = await train('three-again', 6, '--resume');
    expect(resumed.stdout).toMatch(/^backend simd: .*, 3 threads/m);
    expect(weights('three-again')).toEqual(weights('three-threads'));
    expect(weights('three-again')).toHaveLength(1);
  }, 120_000);

  it('can be others, which is said and kept, as are the commands', async () => {
    const resumed = await train('three-again', 7, '--resume', '--threads', '1');
    expect(resumed.stderr).toContain('computed with --threads 3 and goes on with 1: the last bits');
    expect(readJsonFile(folder, 'three-again', 'config.json')).toMatchObject({
      threads: 1,
      command: expect.stringMatching(/--max-steps 3 --threads 3$/) as string,
      resumptions: [
        { step: 3, command: expect.stringMatching(/--max-steps 6 --resume$/) as string },
        {
          step: 6,
          command: expect.stringMatching(/--max-steps 7 --resume --threads 1$/) as string,
        },
      ],
    });
  });
});

describe('--resume', () => {
  it.each([
    [['--set', 'model.units=32'], 'model.units is 96 in the run and 32 here'],
    [['--seed', '2'], 'seed is 1 in the run and 2 here'],
    [['--recipe', 'zaremba'], 'recipe is authors-code in the run and zaremba here'],
    [['--normalize', 'none'], 'model.normalize.inputToHidden is frame in the run and none here'],
  ])('refuses %o', async (more, sentence) => {
    const before = readFileSync(join(folder, 'whole', 'config.json'), 'utf8');
    const { status, stderr } = await bnrnn(folder, ...args('whole', '--resume', ...more));
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
    expect(readFileSync(join(folder, 'whole', 'config.json'), 'utf8')).toBe(before);
  });

  it('refuses a checkpoint of another model', async () => {
    const other = await bnrnn(
      folder,
      ...args('other', '--set', 'model.units=24', '--max-steps', '3'),
    );
    expect(other.status, other.stderr).toBe(0);
    cpSync(join(folder, 'whole'), join(folder, 'mixed'), { recursive: true });
    rmSync(join(folder, 'mixed', 'checkpoints'), { recursive: true });
    cpSync(join(folder, 'other', 'checkpoints'), join(folder, 'mixed', 'checkpoints'), {
      recursive: true,
    });
    const longer = args('mixed', '--resume', '--max-steps', '61');
    const { status, stderr } = await bnrnn(folder, ...longer);
    expect(status).toBe(1);
    expect(stderr).toContain('is a checkpoint of another model');
    for (const file of ['config.json', 'events.jsonl']) {
      const [there, before] = ['mixed', 'whole'].map((run) =>
        readFileSync(join(folder, run, file), 'utf8'),
      );
      expect(there === before, `${file} is as it was`).toBe(true);
    }
  }, 120_000);

  it('goes on with the run’s own settings when flags are left out, and further when told', async () => {
    cpSync(join(folder, 'whole'), join(folder, 'longer'), { recursive: true });
    const result = await bnrnn(
      folder,
      ...[
        'train',
        'ptb-small-bn-tiny',
        '--out',
        'longer',
        '--resume',
        '--max-steps',
        '63',
        '--json',
      ],
    );
    expect(lastJson(result)['steps']).toBe(63);
    expect(readJsonFile(folder, 'longer', 'config.json')).toMatchObject({
      settings: { 'model.units': { value: 96 }, 'schedule.maxSteps': { value: 63 } },
    });
    expect(losses('longer').slice(0, steps)).toEqual(losses('whole'));
  }, 120_000);
});
