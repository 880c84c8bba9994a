import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { mountsDisks, smallDisk } from '@bnrnn/test-utils/smallDisk';
import { beforeAll, describe, expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, readJsonFile, start } from './bnrnn';

const folder = newFolder();

const args = (out: string, steps: number, ...more: string[]): string[] => [
  ...['train', 'ptb-small-tiny', '--data', 'synthetic', '--backend', 'wasm', '--out', out],
  ...['--max-steps', String(steps), '--set', 'checkpoints.everySteps=2'],
  ...['--set', 'evaluation.maxBatches=1', '--set', 'model.units=24', '--json', ...more],
];

/** The name of a step's tensors holds a digest of them. */
const bits = (run: string, step: number): string | undefined =>
  readdirSync(join(folder, run, 'checkpoints')).find((name) =>
    new RegExp(`^step-0*${step}-.*safetensors$`).test(name),
  );

const steps = (run: string): number[] =>
  readFileSync(join(folder, run, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; step: number })
    .flatMap(({ type, step }) => (type === 'step' ? [step] : []));

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

beforeAll(async () => {
  for (const [out, last] of [
    ['half', 6],
    ['whole', 10],
  ] as const) {
    const { status, stderr } = await bnrnn(folder, ...args(out, last));
    if (status !== 0) throw new Error(stderr);
  }
}, 120_000);

/** A copy of the run of six steps. */
function copyOfHalf(name: string): string {
  cpSync(join(folder, 'half'), join(folder, name), { recursive: true });
  return join(folder, name);
}

describe('--resume of a run whose side files are damaged', () => {
  it('sets them aside, says so, and ends in the same bits', async () => {
    const run = copyOfHalf('damaged');
    writeFileSync(join(run, 'config.json'), '');
    writeFileSync(join(run, 'result.json'), '');
    const log = readFileSync(join(run, 'events.jsonl'));
    const at = log.indexOf('"step":3') + 1;
    log[at] = (log[at] ?? 0) ^ 1;
    writeFileSync(join(run, 'events.jsonl'), log);

    const { status, stderr } = await bnrnn(folder, ...args('damaged', 10, '--resume'));
    expect(status, stderr).toBe(0);
    for (const name of ['config.json', 'result.json', 'events.jsonl']) {
      expect(stderr).toContain(join('damaged', `${name}.damaged`));
      expect(existsSync(join(run, `${name}.damaged`))).toBe(true);
    }
    expect(stderr).toContain('The log lacks 1 of the 6 steps before the checkpoint');
    expect(bits('damaged', 10)).toBe(bits('whole', 10));
    expect(steps('damaged')).toEqual(oneTo(10).filter((step) => step !== 3));
    expect(readJsonFile(run, 'config.json')).toMatchObject({
      settings: { 'model.units': { value: 24 }, 'schedule.maxSteps': { value: 10 } },
    });
    expect(readJsonFile(run, 'result.json')).toMatchObject({ steps: 10 });
  }, 120_000);

  it.each<[string, number, (log: string) => void]>([
    [
      'cut',
      3,
      (log) => truncateSync(log, readFileSync(log).indexOf('\n{"type":"step","step":4') + 1),
    ],
    ['empty', 6, (log) => writeFileSync(log, '')],
    ['missing', 6, (log) => rmSync(log)],
  ])(
    'says that its log is behind its checkpoint: %s',
    async (how, lacks, damage) => {
      damage(join(copyOfHalf(how), 'events.jsonl'));
      const { status, stderr } = await bnrnn(folder, ...args(how, 8, '--resume'));
      expect(status, stderr).toBe(0);
      expect(stderr).toContain(`The log lacks ${lacks} of the 6 steps before the checkpoint`);
      expect(steps(how)).toEqual(oneTo(8).filter((step) => step <= 6 - lacks || step > 6));
      expect(readFileSync(join(folder, how, 'events.jsonl'), 'utf8')).toContain('"log-incomplete"');
    },
    60_000,
  );

  it.each([
    ['data.layout', ['zaremba', 'authors']],
    ['evaluation.statistics', ['batch', 'running']],
  ])(
    'refuses a configuration whose %s was edited',
    async (path, choices) => {
      const run = copyOfHalf(`edited-${path}`);
      const config = readJsonFile(run, 'config.json') as {
        settings: Record<string, { value: string }>;
      };
      const setting = config.settings[path]!;
      const before = setting.value;
      setting.value = choices.find((value) => value !== before)!;
      writeFileSync(join(run, 'config.json'), JSON.stringify(config));
      const { status, stderr } = await bnrnn(
        folder,
        ...['train', 'ptb-small-tiny', '--out', `edited-${path}`, '--resume', '--max-steps', '8'],
      );
      expect(status).toBe(1);
      expect(stderr).toContain(
        `was made with other settings: ${path} is "${before}" there and "${setting.value}" here.`,
      );
      expect(steps(`edited-${path}`)).toEqual(oneTo(6));
    },
    60_000,
  );

  it('refuses settings and files of a newer version', async () => {
    const run = copyOfHalf('newer');
    const config = readJsonFile(run, 'config.json');
    expect(config['version']).toBe(1);
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...config, version: 2 }));
    const { status, stderr } = await bnrnn(folder, ...args('newer', 8, '--resume'));
    expect(status).toBe(2);
    expect(stderr).toContain('config.json has version 2, expected at most 1.');
  });
});

describe('one folder', () => {
  it('takes one of two new runs, and no second --resume', async () => {
    const twins = [1, 2].map(() => finished(start(folder, args('shared', 400))));
    while (!existsSync(join(folder, 'shared', 'events.jsonl'))) await setTimeout(5);
    const third = await bnrnn(folder, ...args('shared', 400, '--resume'));
    expect(third.status).toBe(2);
    expect(third.stderr).toMatch(
      /shared is in use by process \d+ of .*; nothing in it was changed\./,
    );
    const ended = await Promise.all(twins);
    expect(ended.map(({ status }) => status).sort()).toEqual([0, 2]);
    const refused = ended.find(({ status }) => status === 2);
    expect(refused?.stderr).toMatch(/shared is (in use by process|not empty)/);
    expect(steps('shared')).toEqual(oneTo(400));
    expect(existsSync(join(folder, 'shared', 'run.lock'))).toBe(false);
  }, 180_000);

  it('is free where a start was killed before it wrote anything', async () => {
    const out = join(folder, 'started');
    mkdirSync(join(out, 'checkpoints'), { recursive: true });
    writeFileSync(join(out, 'config.json.tmp'), '{');
    writeFileSync(join(out, 'config.json.0123456789abcdef.partial'), '{');
    const dead = { process: 2 ** 22 + 1, host: hostname() };
    const lock = JSON.stringify({ ...dead, started: null, token: 'gone' });
    writeFileSync(join(out, 'run.lock'), lock);
    writeFileSync(join(out, 'checkpoints', 'run.lock'), lock);
    const result = await bnrnn(folder, ...args('started', 2));
    expect(result.status, result.stderr).toBe(0);
    expect(lastJson(result)['steps']).toBe(2);
    expect(readdirSync(out).filter((name) => /tmp|partial|lock/.test(name))).toEqual([]);
  }, 60_000);
});

it('a command that is interrupted leaves no unfinished folder: features synthesize', async () => {
  const child = start(folder, ['features', 'synthesize', '--hours', '20', '--out', 'speech']);
  const end = finished(child);
  const unfinished = (): string[] =>
    readdirSync(folder).filter((name) => name.endsWith('.partial'));
  while (child.exitCode === null && unfinished().length === 0) await setTimeout(5);
  expect(unfinished()).toHaveLength(1);
  child.kill('SIGINT');
  await end;
  expect(child.signalCode).toBe('SIGINT');
  expect(unfinished()).toEqual([]);
}, 60_000);

describe.runIf(mountsDisks)('a disk', () => {
  it('that is full ends the run with a sentence; with room it goes on to the same bits', async () => {
    const disk = smallDisk(2048);
    const filler = join(disk, 'filler');
    // Room for two checkpoints of 64 KiB and what stands beside them, not for a third.
    writeFileSync(filler, Buffer.alloc((2048 - 180) * 1024));
    const out = join(disk, 'run');
    const full = await bnrnn(folder, ...args(out, 60));
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/the disk is full\./);
    expect(full.stderr).not.toContain('unexpected');
    rmSync(filler);
    const resumed = await bnrnn(folder, ...args(out, 10, '--resume'));
    expect(resumed.status, resumed.stderr).toBe(0);
    const own = readdirSync(join(out, 'checkpoints'));
    expect(own.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(own).toContain(bits('whole', 10));
  }, 120_000);

  it('that is read-only still shows what evaluate measured, and report says why it wrote none', async () => {
    const disk = smallDisk(8192);
    cpSync(join(folder, 'half'), join(disk, 'run'), { recursive: true });
    spawnSync('sh', ['-c', 'mount -o remount,ro "$0"', disk]);
    const run = join(disk, 'run');
    const evaluated = await bnrnn(folder, 'evaluate', run, '--statistics', 'running', '--json');
    expect(evaluated.status).toBe(1);
    expect(lastJson(evaluated)).toMatchObject({ split: 'valid', results: [{}] });
    expect(evaluated.stderr).toMatch(/cannot be written: the disk is read-only\./);
    const page = join(run, 'page.html');
    const reported = await bnrnn(folder, 'report', run, '--out', page);
    expect(reported.status).toBe(1);
    expect(reported.stderr).toContain(`${page} cannot be written: the disk is read-only.`);
    expect(reported.stdout).toContain('ptb-small-tiny');
  }, 60_000);
});
