import { expectOneOf, UsageError, type StatisticsChoice } from '@bnrnn/core';
import { compareRuns, type Comparison } from '../compare/compareRuns';
import type { Run } from '../run/run';
import { chartSpec, verticalDomain } from './chartSpec';
import { chartOf, curveKinds, type CurveKind } from './curve';
import { lightPalette, seriesSlots, type Palette } from './palette';
import { renderSvg } from './renderSvg';

/**
 * The curves of some runs as one SVG, a line for each run, a colour for each preset.
 *
 * `training`: loss in nats per target against the training step, smoothed over a fiftieth of the steps,
 * each step's own loss faint behind. `validation`: loss against the epoch, under the statistics that
 * were evaluated most often. `error`: the frame error rate in the same way. Dashed beside a validation
 * is the same on training batches, where they were evaluated. The same runs give the same bytes.
 *
 * @throws UsageError when the runs are of different corpora or units, or none has such a curve.
 */
export async function curvesSvg(runs: readonly Run[], kind: CurveKind): Promise<string> {
  expectOneOf('curvesSvg: kind', kind, curveKinds);
  const drawn = await comparisonCurves(compareRuns(runs), kind, lightPalette);
  if (drawn === undefined) {
    throw new UsageError(
      `curvesSvg: none of the ${runs.length} runs has data for the ${kind} curve.`,
    );
  }
  return drawn.svg;
}

/** A drawn chart and the statistics its validations were made under; none for training. */
export interface DrawnCurves {
  svg: string;
  statistics: readonly StatisticsChoice[];
  /** True when the steep beginning of a line lies above the range shown. */
  clipped: boolean;
  /** Steps that a line is averaged over; 1 where it is the data. */
  window: number;
  /** True where training batches were evaluated too. */
  dashed: boolean;
}

/** The same in any colours; undefined where no run has such a curve. */
export async function comparisonCurves(
  comparison: Comparison,
  kind: CurveKind,
  palette: Palette,
): Promise<DrawnCurves | undefined> {
  const chart = chartOf(comparison, kind);
  if (chart.curves.length === 0) return undefined;
  const { groups } = comparison;
  const slots = seriesSlots(
    groups.map(({ summaries }) => summaries[0].run.config),
    palette.series.length,
  );
  const colours = new Map(
    groups.map(({ label }, i) => [label, palette.series[slots[i] ?? 0] ?? palette.ink]),
  );
  const domain = verticalDomain(chart.curves);
  const description = `${chart.yTitle} against the ${chart.xTitle}: ${[...colours.keys()].join(', ')}`;
  const svg = await renderSvg(
    chartSpec({ chart, domain, colours, palette, description }),
    `${kind}-`,
  );
  const statistics = chart.curves.flatMap((curve) => curve.statistics ?? []);
  const top = domain?.[1] ?? Infinity;
  const clipped = chart.curves.some(({ line }) => line.some(({ y }) => y > top));
  const dashed = chart.curves.some((curve) => curve.dashed !== undefined);
  return { svg, statistics: [...new Set(statistics)], clipped, window: chart.window, dashed };
}
