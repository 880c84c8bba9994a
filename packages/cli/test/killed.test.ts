import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { bnrnn, finished, lastJson, newFolder, readJsonFile, start, type Finished } from './bnrnn';

const folder = newFolder();
const presets = ['ptb-small', 'ptb-small-bn'];

/** Both arms of a row, 180 steps each, with a checkpoint after every sixth. */
const args = (out: string): string[] => [
  ...['reproduce', 'table2', '--rows', 'small', '--seeds', '1', '--data', 'text'],
  ...['--epochs', '30', '--jobs', '2', '--threads', '1', '--out', out, '--json'],
];

const runIn = (out: string, preset: string): string =>
  join(folder, out, `${preset}-authors-code-seed1`);

/** What the log of a run holds by now; half a line at its end is left out. */
function eventsOf(run: string): { type: string; step: number; loss?: number; reason?: string }[] {
  const log = join(run, 'events.jsonl');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as ReturnType<typeof eventsOf>[number]);
}

const lossesOf = (run: string) =>
  eventsOf(run)
    .filter(({ type }) => type === 'step')
    .map(({ step, loss }) => [step, loss]);

/** SHA-256 of everything that the last checkpoint holds. */
function lastBits(run: string): string {
  const checkpoints = join(run, 'checkpoints');
  const last = readdirSync(checkpoints)
    .filter((name) => /^step-\d+-/.test(name))
    .sort()
    .at(-1);
  return createHash('sha256')
    .update(readFileSync(join(checkpoints, last ?? 'none')))
    .digest('hex');
}

/** Starts the command, and kills it and one of its runs once both have taken `steps` steps. */
async function killedAfter(steps: number, out: string): Promise<void> {
  const runs = presets.map((preset) => runIn(out, preset));
  const parent = start(folder, args(out));
  const ended = finished(parent);
  while (runs.some((run) => lossesOf(run).length < steps)) {
    if (parent.exitCode !== null) throw new Error((await ended).stderr);
    await setTimeout(5);
  }
  const [first = '', second = ''] = runs;
  const lock = readJsonFile(first, 'run.lock') as { process: number };
  parent.kill('SIGKILL');
  process.kill(lock.process, 'SIGKILL');
  await ended;
  // The other run has lost its parent: it saves and ends.
  while (existsSync(join(second, 'run.lock'))) await setTimeout(20);
  expect(eventsOf(second).at(-1)).toMatchObject({ type: 'end', reason: 'interrupted' });
}

it('reproduce loses nothing where it and one of its runs are killed twice', async () => {
  writeContent();
  const whole = await bnrnn(folder, ...args('whole'));
  expect(whole.status, whole.stderr).toBe(0);

  await killedAfter(20, 'killed');
  const steps = presets.map((preset) => lossesOf(runIn('killed', preset)).length);
  await killedAfter(Math.max(...steps) + 20, 'killed');
  const again = await bnrnn(folder, ...args('killed'));
  expect(again.status, again.stderr).toBe(0);

  for (const preset of presets) {
    expect(again.stderr).toContain(`${preset}-authors-code-seed1: goes on`);
    const [run, expected] = [runIn('killed', preset), runIn('whole', preset)];
    expect(lossesOf(run)).toEqual(lossesOf(expected));
    expect(lossesOf(run)).toHaveLength(180);
    expect(lastBits(run)).toBe(lastBits(expected));
    expect(resultOf(run)).toEqual(resultOf(expected));
  }
  expect(statesOf(again)).toEqual(statesOf(whole));
  for (const extension of ['md', 'csv', 'tex']) {
    const table = (out: string) =>
      readFileSync(join(folder, out, `table2.${extension}`), 'utf8').replaceAll(commit, 'COMMIT');
    expect(table('killed')).toBe(table('whole'));
  }
}, 240_000);

/** Somebody may commit meanwhile. */
const commit = /[0-9a-f]{7,40}(-changed)?/g;

/** The numbers of a result; what the clock says is left out. */
function resultOf(run: string): Record<string, unknown> {
  const result = readJsonFile(run, 'result.json');
  return { ...result, seconds: 0, unitsPerSecond: 0 };
}

const statesOf = (command: Finished) =>
  (lastJson(command)['runs'] as { state: string }[]).map(({ state }) => state);

/** A corpus of 4,000 words. */
function writeContent(): void {
  mkdirSync(join(folder, 'text'));
  for (const [split, lines] of Object.entries({ train: 400, valid: 200, test: 200 })) {
    const text = Array.from({ length: lines }, (_, k) => {
      const words = Array.from({ length: 9 }, (_, i) => `w${(7 * k + 3 * i * (k % 5)) % 40}`);
      return ` ${words.join(' ')} \n`;
    });
    writeFileSync(join(folder, 'text', `${split}.txt`), text.join(''));
  }
}
