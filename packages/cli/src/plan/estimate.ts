import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '@bnrnn/core';
import type { Override, RunDraft } from '@bnrnn/experiments';
import { threadsOfMachine } from '@bnrnn/tensor-backend';
import { childCommand } from './childCommand';
import type { RunLength } from './draftRuns';
import type { PlannedRun } from './plannedRun';

/** A pass without a gradient costs about this share of a training step. */
const forwardShare = 1 / 3;

/** Passes over the validation data after the end: three choices of statistics. */
const finalPasses = 3;

/** How a plan uses the processors, and how long a step then takes. */
export interface Pace {
  /** Processes side by side. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  /** Milliseconds of a training step. */
  readonly stepMilliseconds: number;
}

export interface PaceOptions {
  readonly runs: number;
  readonly jobs?: number;
  readonly threads?: number;
  readonly precision?: string;
  readonly backend?: string;
  /** The file of a strategy of the user's own. */
  readonly strategy?: string;
  readonly signal: AbortSignal;
}

/**
 * Times a few steps of a run in processes of their own: with all threads, and with one thread where
 * several runs could stand side by side. The faster way for the whole plan is taken.
 *
 * @throws BackendError with the sentence of a bench that failed.
 */
export async function measurePace(planned: PlannedRun, options: PaceOptions): Promise<Pace> {
  const cores = threadsOfMachine();
  const { runs, jobs, threads } = options;
  const ways =
    jobs !== undefined
      ? [{ jobs, threads: threads ?? Math.max(1, Math.floor(cores / jobs)) }]
      : [
          { jobs: 1, threads: threads ?? cores },
          ...(runs > 1 && cores > 1 && threads === undefined
            ? [{ jobs: Math.min(runs, cores), threads: 1 }]
            : []),
        ];
  const paces: Pace[] = [];
  for (const way of ways) {
    paces.push({ ...way, stepMilliseconds: await stepTime(planned, way.threads, options) });
  }
  return paces.reduce((best, pace) => (timeOfRun(pace) < timeOfRun(best) ? pace : best));
}

function timeOfRun({ stepMilliseconds, jobs }: Pace): number {
  return stepMilliseconds / jobs;
}

/** A rate takes no time, and at some a model diverges within a few steps. */
function changesTime({ path }: Override): boolean {
  return path !== 'optimizer.learningRate';
}

async function stepTime(
  { preset, recipe, overrides }: PlannedRun,
  threads: number,
  { backend, precision, strategy, signal }: PaceOptions,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-plan-'));
  try {
    const args = [
      ...['bench', preset, '--alone', '--steps', '3', '--json', '--recipe', recipe],
      ...['--threads', String(threads)],
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
 * @param stepsDone  steps of a run that goes on.
 */
export function secondsLeft(
  { settings }: Pick<RunDraft, 'settings'>,
  { steps, trainBatches, validBatches }: RunLength,
  { stepMilliseconds }: Pick<Pace, 'stepMilliseconds'>,
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
