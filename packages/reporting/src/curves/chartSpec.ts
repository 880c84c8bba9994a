import type { TopLevelSpec } from 'vega-lite';
import type { Chart, Curve } from './curve';
import type { Palette } from './palette';
import type { Point } from './thin';

export interface ChartSpecOptions {
  chart: Chart;
  /** The range of the vertical axis; that of the data when undefined. */
  domain: readonly [number, number] | undefined;
  /** Colour by series, in the legend's order. */
  colours: ReadonlyMap<string, string>;
  palette: Palette;
  description: string;
}

const width = 720;
const height = 320;

/** The chart as a Vega-Lite specification: for each run its data faint, its line on top. */
export function chartSpec({
  chart,
  domain,
  colours,
  palette,
  description,
}: ChartSpecOptions): TopLevelSpec {
  const { curves, xTitle, yTitle } = chart;
  const last = Math.max(1, ...curves.flatMap(({ line }) => line.slice(-1).map(({ x }) => x)));
  const line = (read: (curve: Curve) => readonly Point[], mark: object) => ({
    data: { values: curves.flatMap((curve) => rows(curve, read(curve))) },
    mark: {
      type: 'line' as const,
      clip: domain !== undefined,
      strokeJoin: 'round' as const,
      ...mark,
    },
    encoding: { detail: { field: 'run', type: 'nominal' as const } },
  });
  const sparse = curves.every((curve) => curve.line.length <= 40);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    width,
    height,
    padding: 6,
    background: palette.background ?? 'transparent',
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: xTitle,
        scale: { domain: [0, last], nice: false },
        axis: { tickMinStep: 1, format: ',~r' },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: yTitle,
        scale:
          domain === undefined
            ? { zero: false }
            : { domain: [...domain], zero: false, nice: false },
      },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        scale: { domain: [...colours.keys()], range: [...colours.values()] },
      },
    },
    layer: [
      ...(curves.some(({ raw }) => raw.length > 0)
        ? [line(({ raw }) => raw, { strokeWidth: 0.8, opacity: 0.22 })]
        : []),
      line((curve) => curve.line, {
        strokeWidth: 2,
        ...(sparse ? { point: { filled: true, size: 34, opacity: 1 } } : {}),
      }),
      ...(curves.some(({ dashed = [] }) => dashed.length > 0)
        ? [line(({ dashed = [] }) => dashed, { strokeWidth: 1.5, strokeDash: [5, 4] })]
        : []),
    ],
    config: {
      aria: false,
      font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: palette.muted,
        titleColor: palette.ink,
        titleFontWeight: 'normal',
        titleFontSize: 12.5,
        titlePadding: 10,
        labelFontSize: 11.5,
        labelPadding: 6,
        gridColor: palette.grid,
        domain: false,
        ticks: false,
        tickCount: 6,
        labelFlush: false,
      },
      axisX: {
        grid: false,
        domain: true,
        domainColor: palette.muted,
        ticks: true,
        tickColor: palette.muted,
        tickSize: 4,
      },
      legend: {
        orient: 'top',
        direction: 'horizontal',
        columns: legendColumns([...colours.keys()]),
        labelColor: palette.ink,
        labelFontSize: 12.5,
        labelLimit: 340,
        symbolType: 'stroke',
        symbolOpacity: 1,
        symbolStrokeWidth: 3,
        symbolSize: 240,
        offset: 10,
        columnPadding: 8,
      },
    },
  };
}

/** How many labels fit side by side; without a canvas, Vega takes a letter for ten pixels wide. */
function legendColumns(labels: readonly string[]): number {
  const widest = 10 * Math.max(...labels.map((label) => label.length)) + 30;
  return Math.max(1, Math.min(labels.length, Math.floor(width / widest)));
}

function rows({ series, run }: Curve, points: readonly Point[]) {
  return points.map(({ x, y }) => ({ series, run, x, y }));
}

/**
 * The range of the vertical axis: where a steep start would take most of it, that of the lines after
 * their first fiftieth and of the data behind them, its lowest hundredth left out; undefined where
 * that would save less than a quarter of the height.
 */
export function verticalDomain(curves: readonly Curve[]): [number, number] | undefined {
  const late = (points: readonly Point[]) =>
    points.slice(Math.floor(points.length / 50)).map(({ y }) => y);
  const lines = curves.flatMap(({ line }) => late(line));
  if (lines.length < 50 * curves.length) return undefined;
  const data = curves.flatMap(({ raw }) => late(raw)).sort((a, b) => a - b);
  const low = Math.min(...lines, data[Math.floor(data.length / 100)] ?? Infinity);
  const high = Math.max(...lines);
  const whole = Math.max(...curves.flatMap(({ line }) => line.map(({ y }) => y))) - low;
  if (whole < 1.3 * (high - low)) return undefined;
  const margin = 0.04 * (high - low);
  return margin > 0 ? [low - margin, high + margin] : undefined;
}
