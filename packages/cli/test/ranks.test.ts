import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mpiEngines, type MpiEngine } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { bnrnn, finished, lastJson, newFolder, start, type Finished } from './bnrnn';

const engines = mpiEngines();
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = newFolder();

const train = (out: string, ...rest: string[]): string[] => [
  ...['train', 'ptb-small-tiny', '--data', 'synthetic', '--normalize', 'layer'],
  ...['--set', 'model.dropout=0.3', '--set', 'checkpoints.everySteps=2'],
  ...['--out', out, '--json', ...rest],
];

/** The same command on ranks of an engine. */
function launch({ mpiexec, args, env }: MpiEngine, ranks: number, command: string[]) {
  return spawn(mpiexec, ['-n', `${ranks}`, ...args, process.execPath, main, ...command], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const eventsOf = (out: string) =>
  readFileSync(join(folder, out, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; step: number; loss: number });

const lossesOf = (out: string): number[] =>
  eventsOf(out).flatMap(({ type, loss }) => (type === 'step' ? [loss] : []));

const alone =
  engines.length > 0 ? bnrnn(folder, ...train('alone', '--max-steps', '12')) : undefined;

test.skipIf(engines.length > 0)(
  'training on ranks (needs an MPI: Debian mpich or openmpi-bin)',
  () => {
    expect(engines).toEqual([]);
  },
);

describe.each(engines)('$name', (engine) => {
  const out = engine.name.replaceAll(/\W+/g, '-');

  test('two ranks train what one process trains, and one speaks for both', async () => {
    expect((await (alone as Promise<Finished>)).status).toBe(0);
    const ended = await finished(launch(engine, 2, train(out, '--max-steps', '12')));
    expect(ended.stderr).not.toContain('bnrnn:');
    expect(ended.status).toBe(0);
    expect(lastJson(ended)).toMatchObject({ steps: 12 });
    expect(ended.stdout.match(/"runFolder"/g)).toHaveLength(1);
    lossesOf(out).forEach((loss, k) => expect(loss).toBeCloseTo(lossesOf('alone')[k]!, 4));
    expect(lossesOf(out)).toHaveLength(12);
  }, 120_000);

  test('a rank that is killed ends the job; one process goes on from the checkpoint', async () => {
    const killed = `${out}-killed`;
    const child = launch(engine, 2, train(killed, '--max-steps', '12'));
    const end = finished(child);
    let killedAt = 0;
    // The rank is known by its command line.
    while (killedAt === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (child.exitCode !== null) throw new Error('The job ended before a rank was killed.');
      const steps = await Promise.resolve()
        .then(() => lossesOf(killed).length)
        .catch(() => 0);
      if (steps < 3) continue;
      const pids = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      const rank = lastRankBelow(pids);
      if (rank === undefined) continue;
      process.kill(rank, 'SIGKILL');
      killedAt = performance.now();
    }
    const { status } = await end;
    expect(status).not.toBe(0);
    expect(performance.now() - killedAt).toBeLessThan(5000);
    const resumed = await bnrnn(folder, ...train(killed, '--max-steps', '12', '--resume'));
    expect(resumed.stderr).not.toContain('bnrnn:');
    expect(resumed.status).toBe(0);
    lossesOf(killed).forEach((loss, k) => expect(loss).toBeCloseTo(lossesOf('alone')[k]!, 4));
    expect(lossesOf(killed)).toHaveLength(12);
  }, 120_000);

  test('what fails on every rank is told once, with its status', async () => {
    const began = performance.now();
    const { status, stderr } = await finished(launch(engine, 2, train('', '--set', 'no.such=1')));
    expect(status).toBe(2);
    expect(stderr.match(/bnrnn: rank \d of 2: /g)).toEqual(['bnrnn: rank 0 of 2: ']);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

test.skipIf(engines.length === 0)(
  '--ranks starts the engine; batch statistics are those of the whole batch',
  async () => {
    const env = engines[0]?.env ?? {};
    const normalized = (out: string, ...flags: string[]) =>
      finished(
        start(
          folder,
          [
            ...['train', 'ptb-small-cooijmans-tiny', '--data', 'synthetic', '--backend', 'cpu'],
            ...['--max-steps', '3', '--json', '--out', out, ...flags],
          ],
          env,
        ),
      );
    const ranks = await normalized('bn-ranks', '--ranks', '2');
    expect(ranks.stderr).toMatch(/^2 ranks: .*mpiexec/);
    expect(ranks.status).toBe(0);
    const one = lastJson(await normalized('bn-alone'));
    const two = lastJson(ranks);
    expect(two).toMatchObject({ steps: 3 });
    expect(two['firstLoss']).toBeCloseTo(one['firstLoss'] as number, 5);
    expect(two['lastLoss']).toBeCloseTo(one['lastLoss'] as number, 5);
  },
  120_000,
);

/** A process of this command line among the descendants of the given ones. */
function lastRankBelow(pids: string): number | undefined {
  for (const pid of pids
    .trim()
    .split(' ')
    .filter((text) => text !== '')
    .reverse()) {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (line[0] === process.execPath && line.includes(main)) return Number(pid);
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const found = lastRankBelow(below);
    if (found !== undefined) return found;
  }
  return undefined;
}
