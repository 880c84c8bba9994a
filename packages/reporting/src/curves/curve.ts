import type { StatisticsChoice } from '@bnrnn/core';
import type { Comparison, ComparedGroup } from '../compare/compareRuns';
import { shownValidation } from '../compare/shownValidation';
import { eventsOf, type RunSummary } from '../compare/runSummary';
import { natsPer } from '../unitWords';
import { smooth } from './smooth';
import { thin, type Point } from './thin';

/** What a chart shows against what. */
export const curveKinds = ['training', 'validation'] as const;
export type CurveKind = (typeof curveKinds)[number];

/** The line of one run. */
export interface Curve {
  /** The group's label. */
  series: string;
  /** Tells the runs of a group apart. */
  run: number;
  line: readonly Point[];
  /** The data behind a smoothed line; empty where the line is the data. */
  raw: readonly Point[];
  /** What its validations were made under. */
  statistics?: StatisticsChoice;
}

/** The lines of a chart with what its axes mean. */
export interface Chart {
  curves: readonly Curve[];
  /** Steps that a line is averaged over; 1 where it is the data. */
  window: number;
  xTitle: string;
  yTitle: string;
}

/** Points that a line is thinned to: about one a pixel; the data behind it half as many. */
const mostPoints = 700;
const mostRawPoints = 400;

export function chartOf(comparison: Comparison, kind: CurveKind): Chart {
  const members = comparison.groups.flatMap((group) =>
    group.summaries.map((summary) => ({ group, summary })),
  );
  const window = kind === 'training' ? smoothingWindow(members.map(({ summary }) => summary)) : 1;
  const curves = members
    .map(({ group, summary }, run) => ({
      series: group.label,
      run,
      ...(kind === 'training' ? trainingCurve(summary, window) : validationCurve(summary, group)),
    }))
    .filter(({ line }) => line.length > 0);
  const loss = natsPer(comparison.unit);
  return kind === 'training'
    ? { curves, window, xTitle: 'training step', yTitle: `training loss (${loss})` }
    : { curves, window, xTitle: 'epoch', yTitle: `validation loss (${loss})` };
}

/** A fiftieth of the longest run's steps; of a short one more, up to a tenth and 30 steps. */
function smoothingWindow(summaries: readonly RunSummary[]): number {
  const steps = Math.max(...summaries.map(({ stepEvents }) => stepEvents.length));
  return Math.max(1, Math.ceil(steps / 50), Math.min(30, Math.ceil(steps / 10)));
}

/** A run's training loss: its moving average, the losses themselves behind. */
function trainingCurve(
  { stepEvents }: RunSummary,
  window: number,
): Pick<Curve, 'line' | 'raw' | 'statistics'> {
  const points = stepEvents.map(({ step, loss }) => ({ x: step, y: loss }));
  const smoothed = smooth(
    stepEvents.map(({ loss }) => loss),
    window,
  );
  const line = points.map(({ x }, i) => ({ x, y: smoothed[i] ?? 0 }));
  return { line: thin(line, mostPoints), raw: thin(points, mostRawPoints) };
}

/** A run's validations under the statistics that its group is judged by. */
function validationCurve(
  { run }: RunSummary,
  group: ComparedGroup,
): Pick<Curve, 'line' | 'raw' | 'statistics'> {
  const perEpoch = eventsOf(run, 'start')[0]?.stepsPerEpoch ?? 0;
  const validations = eventsOf(run, 'evaluation').filter(({ split }) => split === 'valid');
  const statistics = mostFrequent(
    validations.map((event) => event.statistics),
    shownValidation(group)?.statistics,
  );
  const line = validations
    .filter((event) => event.statistics === statistics)
    .map((event) => ({
      x: perEpoch > 0 ? event.step / perEpoch : event.epoch + 1,
      y: event.nllPerUnit,
    }));
  return { line, raw: [], ...(statistics === undefined ? {} : { statistics }) };
}

/** The value that occurs most; `preferred` among equals. */
function mostFrequent<Value>(values: readonly Value[], preferred: unknown): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(
    ([a, m], [b, n]) => n - m || Number(b === preferred) - Number(a === preferred),
  )[0]?.[0];
}
