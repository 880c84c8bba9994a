import { expectOneOf } from '@bnrnn/core';
import { formatSpread, spreadOf } from '../compare/spread';
import { summarizeRun, type RunSummary } from '../compare/runSummary';
import { isDiverged, lastTrainingLoss, lastValidation } from '../claims/measures';
import { absent, formatCount, formatNats } from '../formatNumber';
import type { Run } from '../run/run';
import { tableFormats, writeTable, type TableFormat } from '../table/writeTable';

/** One point of a sweep: a preset with some settings, trained with some seeds. */
export interface SweepPoint {
  readonly preset: string;
  /** The values of the swept settings, in the order of the table's paths. */
  readonly values: readonly (number | string | boolean)[];
  /** The runs that have begun. */
  readonly runs: readonly Run[];
  /** How many runs are planned. */
  readonly planned: number;
  /** How many have ended. */
  readonly ended: number;
}

/**
 * The outcomes of a sweep, one row a point: mean ± sample deviation over its seeds. Runs that diverged
 * are counted and are in no mean: they end without a loss, or above that of a uniform guess.
 *
 * @param paths   the swept settings.
 * @param unit    what a loss is per.
 */
export function sweepTable(
  points: readonly SweepPoint[],
  paths: readonly string[],
  unit: string,
  format: TableFormat = 'text',
): string {
  const right = (header: string) => ({ header, align: 'right' }) as const;
  return writeTable(
    {
      title: `Sweep: nats per ${unit} at the end of each run`,
      columns: [
        { header: 'preset', align: 'left' },
        ...paths.map((path) => right(path)),
        { header: 'seeds', align: 'left' },
        right('steps'),
        right('training'),
        right('validation'),
        right('diverged'),
        right('ended'),
      ],
      rows: points.map((point) => rowOf(point)),
      notes: [
        'Training: the mean of the last steps. Validation: at the end, under recalibrated statistics where ' +
          'a model is normalized. Mean ± sample standard deviation over the seeds.',
      ],
    },
    expectOneOf('sweepTable: format', format, tableFormats),
  );
}

function rowOf({ preset, values, runs, planned, ended }: SweepPoint): string[] {
  const all = runs.map(summarizeRun);
  const summaries = all.filter(
    // One that has just begun has not diverged yet.
    (summary) => summary.run.result === undefined || !isDiverged(summary),
  );
  const diverged = all.length - summaries.length;
  const spread = (read: (summary: RunSummary) => number | undefined) =>
    formatSpread(spreadOf(summaries.map(read)), formatNats, summaries.length);
  const seeds = runs.map(({ config }) => config.seed).join(', ');
  const steps = Math.max(0, ...summaries.map((summary) => summary.steps));
  return [
    preset,
    ...values.map(String),
    seeds === '' ? absent : seeds,
    steps === 0 ? absent : formatCount(steps),
    spread(lastTrainingLoss),
    spread(lastValidation),
    diverged === 0 ? absent : `${diverged} of ${runs.length}`,
    `${ended} of ${planned}`,
  ];
}
