import type { RunEvent, RunEventOf, RunEvaluation } from '@bnrnn/core';
import type { Run } from '../run/run';

/** The numbers of a run that tables and sentences use, from its result or, before that, its events. */
export interface RunSummary {
  run: Run;
  /** Training steps done. */
  steps: number;
  /** Step events in their order. */
  stepEvents: readonly RunEventOf<'step'>[];
  /** Nats per target of the first and the last step. */
  firstLoss: number | undefined;
  lastLoss: number | undefined;
  unitsPerSecond: number | undefined;
  /** The newest evaluation of each split under each choice of statistics. */
  evaluations: readonly RunEvaluation[];
  /** The last whole epoch: means while the parameters changed. */
  lastEpoch: RunEventOf<'epoch'> | undefined;
}

export function summarizeRun(run: Run): RunSummary {
  const stepEvents = eventsOf(run, 'step');
  const lastStep = stepEvents.at(-1);
  // A resumed run has gone beyond the result of the time before.
  const result = (run.result?.steps ?? 0) < (lastStep?.step ?? 0) ? undefined : run.result;
  const evaluations =
    result !== undefined && result.evaluations.length > 0
      ? result.evaluations
      : newestEvaluations(eventsOf(run, 'evaluation'));
  return {
    run,
    steps: result?.steps ?? lastStep?.step ?? 0,
    stepEvents,
    firstLoss: result?.firstLoss ?? stepEvents[0]?.loss,
    lastLoss: result?.lastLoss ?? lastStep?.loss,
    unitsPerSecond: result?.unitsPerSecond ?? meanSpeed(stepEvents),
    evaluations,
    lastEpoch: eventsOf(run, 'epoch').at(-1),
  };
}

/** How many steps the loss "at" a step is averaged over: a tenth of them, at most 50. */
export function lossWindow(step: number): number {
  return Math.max(1, Math.min(50, Math.floor(step / 10)));
}

/** Mean training loss of what is logged of the `lossWindow(step)` steps that end with `step`. */
export function lossAtStep(summary: RunSummary, step: number): number | undefined {
  const losses = lossesUpTo(summary, step);
  return losses.length === 0 ? undefined : losses.reduce((a, b) => a + b, 0) / losses.length;
}

/** The logged losses of the `lossWindow(step)` steps that end with `step`: fewer than those of a thinned log. */
export function lossesUpTo({ stepEvents }: RunSummary, step: number): number[] {
  const from = step - lossWindow(step);
  return stepEvents
    .filter((event) => event.step > from && event.step <= step)
    .map((event) => event.loss);
}

export function eventsOf<Type extends RunEvent['type']>(
  run: Run,
  type: Type,
): readonly RunEventOf<Type>[] {
  return run.events.filter((event): event is RunEventOf<Type> => event.type === type);
}

/** All units over all the time the steps took. */
function meanSpeed(steps: readonly RunEventOf<'step'>[]): number | undefined {
  const timed = steps.filter((step) => step.unitsPerSecond > 0);
  if (timed.length === 0) return undefined;
  const units = timed.reduce((sum, step) => sum + step.units, 0);
  const seconds = timed.reduce((sum, step) => sum + step.units / step.unitsPerSecond, 0);
  return units / seconds;
}

function newestEvaluations(events: readonly RunEventOf<'evaluation'>[]): RunEvaluation[] {
  const newest = new Map(events.map((event) => [`${event.split} ${event.statistics}`, event]));
  return [...newest.values()];
}
