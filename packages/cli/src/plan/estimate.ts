import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '@bnrnn/core';
import { productFlops, productList, type Override, type RunDraft } from '@bnrnn/experiments';
import { threadsOfMachine } from '@bnrnn/tensor-backend';
import { runTaskOf } from '../tasks/runTasks';
import { childCommand } from './childCommand';
import type { RunLength } from './draftRuns';
import type { PlannedRun } from './plannedRun';

/** A pass without a gradient costs about this share of a training step. */
const forwardShare = 1 / 3;

/** Passes over the validation data after the end: three choices of statistics. */
const finalPasses = 3;

/** A run of a plan, as its steps are timed. */
export interface TimedRun {
  readonly planned: PlannedRun;
  readonly draft: RunDraft;
  readonly length: RunLength;
}

/** How a plan uses the processors, and how long steps then take. */
export interface Pace {
  /** Processes side by side. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  /** Milliseconds of a training step of each preset's first run, by preset. */
  readonly timed: ReadonlyMap<string, number>;
  /** Milliseconds of a training step of a run: its preset's, times the ratio of their matrix products. */
  stepMilliseconds(run: TimedRun): number;
}

export interface PaceOptions {
  readonly jobs?: number;
  readonly threads?: number;
  readonly precision?: string;
  readonly backend?: string;
  /** The file of a strategy of the user's own. */
  readonly strategy?: string;
  readonly signal: AbortSignal;
}

/**
 * Times a few steps of the first run of each preset, in processes of their own. The first preset is timed with all
 * threads, and with one thread where several runs could stand side by side; the faster way is taken for the whole plan.
 *
 * @param runs  what is to be trained, at least one run.
 * @throws BackendError with the sentence of a bench that failed.
 */
export async function measurePace(
  runs: readonly [TimedRun, ...TimedRun[]],
  options: PaceOptions,
): Promise<Pace> {
  const [first] = runs;
  const firsts = new Map<string, TimedRun>();
  for (const run of runs) {
    if (!firsts.has(run.planned.preset)) firsts.set(run.planned.preset, run);
  }
  const { jobs, threads, milliseconds } = await fastestWay(first, runs.length, options);
  const timed = new Map([[first.planned.preset, milliseconds]]);
  for (const [preset, run] of firsts) {
    if (!timed.has(preset)) timed.set(preset, await stepTime(run, threads, options));
  }
  return {
    jobs,
    threads,
    timed,
    stepMilliseconds(run) {
      const { preset } = run.planned;
      const like = firsts.get(preset);
      if (like === undefined) throw new TypeError(`No run of ${preset} was timed.`);
      return ((timed.get(preset) ?? NaN) * stepFlops(run)) / stepFlops(like);
    },
  };
}

interface Way {
  readonly jobs: number;
  readonly threads: number;
  readonly milliseconds: number;
}

async function fastestWay(run: TimedRun, runs: number, options: PaceOptions): Promise<Way> {
  const cores = threadsOfMachine();
  const { jobs, threads } = options;
  const ways =
    jobs !== undefined
      ? [{ jobs, threads: threads ?? Math.max(1, Math.floor(cores / jobs)) }]
      : [
          { jobs: 1, threads: threads ?? cores },
          ...(runs > 1 && cores > 1 && threads === undefined
            ? [{ jobs: Math.min(runs, cores), threads: 1 }]
            : []),
        ];
  const found: Way[] = [];
  for (const way of ways) {
    found.push({ ...way, milliseconds: await stepTime(run, way.threads, options) });
  }
  return found.reduce((best, way) => (timeOfRun(way) < timeOfRun(best) ? way : best));
}

function timeOfRun({ milliseconds, jobs }: Way): number {
  return milliseconds / jobs;
}

/** Operations of the matrix products of a training step, as `bench` counts them. */
function stepFlops({ draft, length }: TimedRun): number {
  const task = runTaskOf(draft);
  const { settings } = draft;
  const batch = settings['data.batch'].value;
  const time = task.benchTime(settings, {});
  return productFlops(productList(task.paperModel(settings, length), { time, batch }));
}

/** A rate takes no time, and at some a model diverges within a few steps. */
function changesTime({ path }: Override): boolean {
  return path !== 'optimizer.learningRate';
}

async function stepTime(
  { planned: { preset, recipe, overrides }, length: { vocabulary } }: TimedRun,
  threads: number,
  { backend, precision, strategy, signal }: PaceOptions,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-plan-'));
  try {
    const args = [
      ...['bench', preset, '--alone', '--steps', '3', '--json', '--recipe', recipe],
      ...['--threads', String(threads)],
      ...(vocabulary === undefined ? [] : ['--vocabulary', String(vocabulary)]),
      ...(backend === undefined ? [] : ['--backend', backend]),
      ...(precision === undefined ? [] : ['--precision', precision]),
      ...(strategy === undefined ? [] : ['--strategy', strategy]),
      ...overrides.filter(changesTime).flatMap(({ path, value }) => ['--set', `${path}=${value}`]),
    ];
    const log = join(folder, 'bench.log');
    const { status, output, failure } = await childCommand(args, { log, signal });
    if (status !== 0) {
      throw new BackendError(failure ?? `bench ended with status ${status ?? 'a signal'}.`);
    }
    const line = output.trimEnd().split('\n').at(-1) ?? '';
    return (JSON.parse(line) as { stepMilliseconds: number }).stepMilliseconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Seconds that a run still takes at a pace: its steps, its validations, its evaluation at the end.
 *
 * @param stepMilliseconds  of a training step of it.
 * @param stepsDone  steps of a run that goes on.
 */
export function secondsLeft(
  { settings }: Pick<RunDraft, 'settings'>,
  { steps, trainBatches, validBatches }: RunLength,
  stepMilliseconds: number,
  stepsDone = 0,
): number {
  const isNormalized = Object.entries(settings).some(
    ([path, { value }]) => path.startsWith('model.normalize.') && value !== 'none',
  );
  const left = Math.max(0, steps - stepsDone);
  const validations = (left / trainBatches) * settings['evaluation.perEpoch'].value;
  const forward =
    validations * validBatches + finalPasses * validBatches + (isNormalized ? trainBatches : 0);
  return ((left + forwardShare * forward) * stepMilliseconds) / 1000;
}

/** Seconds until the last of some runs ends where `jobs` of them stand side by side. */
export function secondsOfPlan(seconds: readonly number[], jobs: number): number {
  const ends = new Array<number>(Math.max(1, jobs)).fill(0);
  for (const one of seconds) {
    const next = ends.indexOf(Math.min(...ends));
    ends[next] = (ends[next] ?? 0) + one;
  }
  return Math.max(...ends);
}
