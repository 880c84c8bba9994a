import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from '../peers/machine.mjs';
import { descendants, isAlive, rankProcesses } from './rankProcesses.mjs';

const main = join(root, 'packages', 'cli', 'dist', 'main.js');
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts `bnrnn ARGS` in a folder; `ended` gives its status and what it said on standard error. */
export function start(folder, args, library) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, ...(library === undefined ? {} : { BNRNN_MPI: library }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
  return { child, ended };
}

/** Runs a command that must end well. */
export async function run(folder, args, library) {
  const { status, stderr } = await start(folder, args, library).ended;
  if (status !== 0) throw new Error(`bnrnn ${args.join(' ')} ended with ${status}:\n${stderr}`);
}

/** The whole lines of a run's log; none where there is no log yet. */
export function eventsOf(out) {
  const file = join(out, 'events.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const lastStep = (events) => events.findLast(({ type }) => type === 'step')?.step ?? 0;

/**
 * Starts a job, kills one of its ranks at a moment and waits for the end of all its processes.
 *
 * @param args    the command with `--ranks`; `out` is its run folder.
 * @param moment  `rank`; `milliseconds` after all ranks are there or, with `step`, after this job logged a step that is no
 *   earlier.
 * @param limit   `seconds` that the processes may live on.
 * @returns       what happened, and its `faults`: sentences.
 */
export async function killJob({ folder, out, args, ranks, library, moment, limit }) {
  const began = performance.now();
  const { child, ended } = start(folder, args, library);
  let isOver = false;
  void ended.finally(() => (isOver = true));
  const log = () => eventsOf(join(folder, out));
  const before = log().length;
  const isReady = () => {
    if (moment.step === undefined) return rankProcesses(child.pid).length === ranks;
    const events = log();
    return events.length !== before && lastStep(events) >= moment.step;
  };
  while (!isOver && !isReady()) await wait(5);
  await wait(moment.milliseconds);
  const victim = rankProcesses(child.pid).find(({ rank }) => rank === moment.rank);
  if (isOver || victim === undefined) {
    child.kill();
    await ended;
    return { ranks, rank: moment.rank, faults: ['the job ended before its moment'] };
  }
  const pids = [child.pid, ...descendants(child.pid)];
  const step = lastStep(log());
  process.kill(victim.pid, 'SIGKILL');
  const killed = performance.now();
  const since = () => (performance.now() - killed) / 1000;
  while (pids.some(isAlive) && since() < 4 * limit) await wait(5);
  const seconds = since();
  const left = pids.filter(isAlive);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  const { status, stderr } = await ended;
  const sentences = stderr.split('\n').filter((line) => line.startsWith('bnrnn: '));
  return {
    ...{ ranks, rank: moment.rank, step, at: (killed - began) / 1000, seconds, status, sentences },
    faults: [
      ...(left.length > 0 ? [`${left.length} processes lived on`] : []),
      ...(seconds > limit ? [`it took ${seconds.toFixed(1)} s`] : []),
      ...(status === 0 || status === null ? [`the status is ${status}`] : []),
      ...(sentences.length === 1 ? [] : [`it said ${sentences.length} sentences: ${stderr}`]),
    ],
  };
}
