import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../io';
import { childCommand, type ChildResult } from './childCommand';
import { standingOf, type PlannedRun, type Standing } from './plannedRun';

export interface PlanOptions {
  /** The folder of the runs. */
  readonly out: string;
  /** What `train` is told of data and backend, the same for every run. */
  readonly shared: readonly string[];
  /** What `train` and `evaluate` are told of threads. */
  readonly threads: readonly string[];
  /** The splits that a finished run is evaluated on. */
  readonly splits: readonly string[];
  /** Processes side by side. */
  readonly jobs: number;
  /** The file of a strategy of the user's own, for the evaluations too. */
  readonly strategy?: string;
  /** Seconds after which everything is saved and stopped; none when absent. */
  readonly budgetSeconds?: number;
  readonly signal: AbortSignal;
}

/** A planned run and how far it came. */
export interface PlanEntry extends Standing {
  readonly planned: PlannedRun;
  readonly folder: string;
  /** The sentence it failed with, where it did. */
  readonly failure?: string;
}

/** How a plan ended. */
export interface PlanOutcome {
  readonly entries: readonly PlanEntry[];
  readonly stopped: 'done' | 'budget' | 'interrupted';
}

/**
 * Brings every run of a plan to its end: trains, resumes, evaluates under all statistics, each in a
 * process of its own. A plan that was stopped or killed goes on where it was when it is run again.
 */
export async function runPlan(
  io: Io,
  plan: readonly PlannedRun[],
  options: PlanOptions,
): Promise<PlanOutcome> {
  const { out, jobs, budgetSeconds, signal } = options;
  mkdirSync(out, { recursive: true });
  const budget = new AbortController();
  const timer =
    budgetSeconds === undefined
      ? undefined
      : setTimeout(() => budget.abort(), Math.min(1000 * budgetSeconds, longestTimer));
  const stop = AbortSignal.any([signal, budget.signal]);
  const failures = new Map<PlannedRun, string>();
  const waiting = [...plan];
  const work = async (): Promise<void> => {
    for (let planned = waiting.shift(); planned !== undefined; planned = waiting.shift()) {
      if (stop.aborted) return;
      const failure = await finish(io, planned, { ...options, signal: stop });
      if (failure !== undefined) failures.set(planned, failure);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  clearTimeout(timer);
  const entries = await Promise.all(
    plan.map(async (planned) => {
      const folder = join(out, planned.name);
      const failure = failures.get(planned);
      const standing = await standingOf(planned, folder);
      return { planned, folder, ...standing, ...(failure !== undefined && { failure }) };
    }),
  );
  const stopped = signal.aborted ? 'interrupted' : budget.signal.aborted ? 'budget' : 'done';
  return { entries, stopped };
}

/** The longest time that a timer of Node can wait, milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** @returns the sentence of a failure, undefined where there is none. */
async function finish(
  io: Io,
  planned: PlannedRun,
  { out, shared, threads, splits, strategy, signal }: PlanOptions,
): Promise<string | undefined> {
  const folder = join(out, planned.name);
  const log = `${folder}.log`;
  const { state } = await standingOf(planned, folder);
  if (state === 'evaluated' || state === 'diverged') return undefined;
  if (state !== 'trained') {
    const resume = state === 'started' ? ['--resume'] : [];
    io.note(`${planned.name}: ${state === 'started' ? 'goes on' : 'starts'}`);
    const args = [...trainArguments(planned), ...shared, ...threads, '--out', folder, ...resume];
    const result = await childCommand(args, { log, signal });
    if (signal.aborted) return undefined;
    const after = await standingOf(planned, folder);
    if (after.state === 'diverged') {
      io.note(`${planned.name}: diverged after ${after.run?.result?.diverged?.step ?? 0} steps`);
      return undefined;
    }
    if (result.status !== 0) return failed(io, planned, 'train', result);
  }
  const evaluated = ['--split', splits.join(','), '--statistics', 'all'];
  const own = strategy === undefined ? [] : ['--strategy', strategy];
  const result = await childCommand(['evaluate', folder, ...evaluated, ...threads, ...own], {
    log,
    signal,
  });
  if (signal.aborted) return undefined;
  if (result.status !== 0) return failed(io, planned, 'evaluate', result);
  io.note(`${planned.name}: done`);
  return undefined;
}

function trainArguments({ preset, recipe, seed, overrides }: PlannedRun): string[] {
  return [
    ...['train', preset, '--recipe', recipe, '--seed', String(seed)],
    ...overrides.flatMap(({ path, value }) => ['--set', `${path}=${value}`]),
  ];
}

function failed(io: Io, { name }: PlannedRun, command: string, result: ChildResult): string {
  const sentence = result.failure ?? `${command} ended with status ${result.status ?? 'a signal'}.`;
  io.note(`${name}: ${sentence}`);
  return sentence;
}
