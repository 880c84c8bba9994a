import { BnrnnError } from '@bnrnn/core';
import type { Override, RunDraft } from '@bnrnn/experiments';
import { runTaskOf } from '../tasks/runTasks';
import { InterruptedError, watchInterruption } from '../interruption';
import type { Io } from '../io';
import type { OwnStrategy } from '../ownStrategy';
import { draftRun, lengthOf, type RunLength, type RunVariant } from './draftRuns';
import { measurePace, secondsLeft, secondsOfPlan, type Pace, type TimedRun } from './estimate';
import { expectOneTask, sharedArguments, type PlanFlags } from './planFlags';
import { standingOf, type PlannedRun, type Standing } from './plannedRun';
import { runPlan, type PlanEntry, type PlanOutcome } from './runPlan';
import { join } from 'node:path';

export interface ExecuteOptions {
  readonly variants: readonly RunVariant[];
  readonly flags: PlanFlags;
  /** The strategy that `flags` names. */
  readonly own: OwnStrategy;
  /** The folder of the runs. */
  readonly out: string;
}

/** What came of a plan. */
export interface ExecutedPlan extends PlanOutcome {
  /** What losses are per: word, character or frame. */
  readonly unit: RunDraft['unit'];
  /** About how long what is left takes. */
  readonly secondsLeft: number;
  /** @throws InterruptedError after a signal, BnrnnError where runs failed. */
  expectDone(): void;
}

/**
 * Says what a plan will do and how long it takes, does it, and says what is left. The same command goes
 * on where a plan was stopped or killed.
 *
 * @throws UsageError for whatever a run of the plan would refuse, before anything is trained.
 */
export async function executePlan(
  io: Io,
  { variants, flags, out, own }: ExecuteOptions,
): Promise<ExecutedPlan> {
  const drafts = variants.map((variant) => draftRun(variant, flags, own));
  const ofRuns = drafts.map(runTaskOf);
  expectOneTask(ofRuns);
  const plan = variants.map((variant, k) => plannedRun(variant, drafts[k] as RunDraft));
  const before = await Promise.all(plan.map((one) => standingOf(one, join(out, one.name))));
  const lengths = await lengthsOf(io, drafts);
  const runs = plan.map((planned, k): TimedRun => {
    const draft = drafts[k] as RunDraft;
    return { planned, draft, length: lengths(draft) };
  });
  const open = runs.filter((_, k) => isOpen(before[k] as Standing));
  const interruption = watchInterruption(io);
  const { signal } = interruption;
  try {
    const pace = await paceOf(io, open, flags, signal);
    const left = (standings: readonly Standing[]) =>
      secondsOfPlan(
        runs.flatMap((run, k) => {
          const standing = standings[k] as Standing;
          if (pace === undefined || !isOpen(standing)) return [];
          const { draft, length } = run;
          return [secondsLeft(draft, length, pace.stepMilliseconds(run), stepsDone(standing))];
        }),
        pace?.jobs ?? 1,
      );
    io.out(`${plan.length} runs in ${out}, ${plan.length - open.length} of them ended before.`);
    if (pace !== undefined) {
      io.out(`${paceLine(pace)}: about ${inHours(left(before))}.`);
    }
    const outcome = await runPlan(io, plan, {
      out,
      shared: sharedArguments(flags),
      threads: pace === undefined ? [] : ['--threads', String(pace.threads)],
      splits: ofRuns[0]?.evaluated ?? [],
      jobs: pace?.jobs ?? 1,
      ...(flags.strategy !== undefined && { strategy: flags.strategy }),
      ...(flags.budget !== undefined && { budgetSeconds: 60 * flags.budget }),
      signal,
    });
    const rest = left(outcome.entries);
    const ended = outcome.entries.filter((entry) => !isOpen(entry)).length;
    io.out(`${ended} of ${plan.length} runs have ended.`);
    if (rest > 0) {
      io.out(`About ${inHours(rest)} are left; the same command goes on from here.`);
    }
    return {
      ...outcome,
      unit: drafts[0]?.unit ?? 'word',
      secondsLeft: rest,
      expectDone: () => expectDone(outcome.entries, interruption.cause, out),
    };
  } finally {
    interruption.stop();
  }
}

function plannedRun({ preset, seed, overrides }: RunVariant, { recipe }: RunDraft): PlannedRun {
  const name = [preset, recipe, ...overrides.map(shortOf), `seed${seed}`].join('-');
  return { name, preset, recipe, seed, overrides };
}

/** A setting in the name of a folder: `learningRate0.5`. */
function shortOf({ path, value }: Override): string {
  const last = path.slice(path.lastIndexOf('.') + 1);
  return `${last}${String(value).replaceAll(/[^\w.+-]+/g, '_')}`;
}

function isOpen({ state }: Standing): boolean {
  return state !== 'evaluated' && state !== 'diverged';
}

function stepsDone({ run }: Standing): number {
  const last = run?.events.findLast(({ type }) => type === 'checkpoint' || type === 'end');
  return last?.step ?? 0;
}

/** Counts each kind of run once: its data is read for it. */
async function lengthsOf(
  io: Io,
  drafts: readonly RunDraft[],
): Promise<(draft: RunDraft) => RunLength> {
  const key = ({ settings }: RunDraft) =>
    JSON.stringify(
      Object.entries(settings)
        .filter(([path]) => path.startsWith('data.') || path.startsWith('schedule.'))
        .map(([path, { value }]) => [path, value]),
    );
  const found = new Map<string, RunLength>();
  for (const draft of drafts) {
    if (!found.has(key(draft))) found.set(key(draft), await lengthOf(io, draft));
  }
  return (draft) => found.get(key(draft)) as RunLength;
}

/** Times steps of the open runs; undefined where none is open. */
async function paceOf(
  io: Io,
  [first, ...others]: readonly TimedRun[],
  { jobs, threads, backend, precision, strategy }: PlanFlags,
  signal: AbortSignal,
): Promise<Pace | undefined> {
  if (first === undefined) return undefined;
  io.note('timing some steps');
  return measurePace([first, ...others], {
    signal,
    ...(jobs !== undefined && { jobs }),
    ...(threads !== undefined && { threads }),
    ...(backend !== undefined && { backend }),
    ...(precision !== undefined && { precision }),
    ...(strategy !== undefined && { strategy }),
  });
}

function paceLine({ jobs, threads, timed }: Pace): string {
  const each = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const steps = [...timed].map(([preset, time]) => `${preset} ${time.toFixed(1)} ms`);
  return `${jobs} at a time, ${each} each, steps of ${steps.join(', ')}`;
}

function inHours(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes < 1.5) return '1 minute';
  if (minutes < 90) return `${Math.round(minutes)} minutes`;
  return `${(minutes / 60).toFixed(1)} hours`;
}

function expectDone(
  entries: readonly PlanEntry[],
  cause: ConstructorParameters<typeof InterruptedError>[1] | undefined,
  out: string,
): void {
  if (cause !== undefined) {
    throw new InterruptedError(
      'Interrupted; everything is saved.',
      cause,
      'The same command goes on from here.',
    );
  }
  const failed = entries.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (first === undefined) return;
  throw new BnrnnError(
    `${failed.length} of ${entries.length} runs failed, ${first.planned.name} first: ${first.failure ?? ''}`,
    { hint: `What they wrote stands in ${join(out, `${first.planned.name}.log`)}.` },
  );
}
