import type { RunEventOf, StatisticsChoice, Unit } from '@bnrnn/core';
import type { Comparison, ComparedGroup } from '../compare/compareRuns';
import { shownValidation } from '../compare/shownValidation';
import { eventsOf, type RunSummary } from '../compare/runSummary';
import { natsPer } from '../unitWords';
import { smooth } from './smooth';
import { thin, type Point } from './thin';

/** What a chart shows against what. */
export const curveKinds = ['training', 'validation', 'error'] as const;
export type CurveKind = (typeof curveKinds)[number];

/** The charts that runs of a unit can have: only frame classifiers have an error rate. */
export function curveKindsOf(unit: Unit): readonly CurveKind[] {
  return unit === 'frame' ? curveKinds : ['training', 'validation'];
}

/** The line of one run. */
export interface Curve {
  /** The group's label. */
  series: string;
  /** Tells the runs of a group apart. */
  run: number;
  line: readonly Point[];
  /** The data behind a smoothed line; empty where the line is the data. */
  raw: readonly Point[];
  /** The same on training batches, where they were evaluated with the validation; drawn dashed. */
  dashed?: readonly Point[];
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
      ...(kind === 'training'
        ? trainingCurve(summary, window)
        : evaluationCurve(summary, group, measures[kind])),
    }))
    .filter(({ line }) => line.length > 0);
  const loss = natsPer(comparison.unit);
  if (kind === 'training') {
    return { curves, window, xTitle: 'training step', yTitle: `training loss (${loss})` };
  }
  const yTitle = kind === 'error' ? 'frame error rate (%)' : `validation loss (${loss})`;
  return { curves, window, xTitle: 'epoch', yTitle };
}

type Measure = (event: RunEventOf<'evaluation'>) => number | undefined;

const measures: Readonly<Record<'validation' | 'error', Measure>> = {
  validation: ({ nllPerUnit }) => nllPerUnit,
  error: ({ frameErrorRate }) => (frameErrorRate === undefined ? undefined : 100 * frameErrorRate),
};

/** A fiftieth of the longest run's steps; of a short one more, up to a tenth and 30 steps. */
function smoothingWindow(summaries: readonly RunSummary[]): number {
  const stepsOf = ({ stepEvents }: RunSummary): number =>
    (stepEvents.at(-1)?.step ?? 0) - (stepEvents[0]?.step ?? 1) + 1;
  const steps = Math.max(...summaries.map(stepsOf));
  return Math.max(1, Math.ceil(steps / 50), Math.min(30, Math.ceil(steps / 10)));
}

/** A run's training loss: its moving average, the losses themselves behind. */
function trainingCurve(
  { stepEvents }: RunSummary,
  window: number,
): Pick<Curve, 'line' | 'raw' | 'statistics'> {
  const points = stepEvents.map(({ step, loss }) => ({ x: step, y: loss }));
  return { line: thin(smooth(points, window), mostPoints), raw: thin(points, mostRawPoints) };
}

/** A run's evaluations under the statistics that its group is judged by. */
function evaluationCurve(
  { run }: RunSummary,
  group: ComparedGroup,
  measure: Measure,
): Omit<Curve, 'series' | 'run'> {
  const perEpoch = eventsOf(run, 'start')[0]?.stepsPerEpoch ?? 0;
  const evaluations = eventsOf(run, 'evaluation');
  const statistics = mostFrequent(
    evaluations.filter(({ split }) => split === 'valid').map((event) => event.statistics),
    shownValidation(group)?.statistics,
  );
  const pointsOf = (split: 'train' | 'valid'): Point[] =>
    evaluations
      .filter((event) => event.split === split && event.statistics === statistics)
      .flatMap((event) => {
        const y = measure(event);
        const x = perEpoch > 0 ? event.step / perEpoch : event.epoch + 1;
        return y === undefined ? [] : [{ x, y }];
      });
  const dashed = pointsOf('train');
  return {
    line: pointsOf('valid'),
    raw: [],
    ...(dashed.length > 0 && { dashed }),
    ...(statistics === undefined ? {} : { statistics }),
  };
}

/** The value that occurs most; `preferred` among equals. */
function mostFrequent<Value>(values: readonly Value[], preferred: unknown): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(
    ([a, m], [b, n]) => n - m || Number(b === preferred) - Number(a === preferred),
  )[0]?.[0];
}
