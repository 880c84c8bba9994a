import type { Unit } from '@bnrnn/core';
import { eventsOf, summarizeRun } from '../compare/runSummary';
import { chartSpec } from '../curves/chartSpec';
import type { Curve } from '../curves/curve';
import { lightPalette } from '../curves/palette';
import { renderSvg } from '../curves/renderSvg';
import type { Point } from '../curves/thin';
import type { Run } from '../run/run';
import { natsPer } from '../unitWords';
import { readingsOf } from './readings';

/** One arm of a figure: the paper's points and the runs that stand beside them. */
export interface ReproducedCurve {
  readonly label: string;
  readonly paper: readonly (readonly [number, number])[];
  readonly runs: readonly Run[];
}

export interface ReproductionSvgOptions {
  readonly split: 'train' | 'valid';
  readonly measure: 'nats' | 'perplexity';
  readonly unit: Unit;
}

/**
 * A figure like the paper's: our runs as lines, a line for each seed, the paper's own curve dashed in
 * the same colour. The same runs give the same bytes.
 */
export function reproductionSvg(
  arms: readonly ReproducedCurve[],
  { split, measure, unit }: ReproductionSvgOptions,
): Promise<string> {
  const read = (nats: number) => (measure === 'perplexity' ? Math.exp(nats) : nats);
  const curves = arms.flatMap(({ label, paper, runs }): Curve[] => {
    const dashed = paper.map(([x, y]) => ({ x, y }));
    const lines = runs.map((run) => pointsOf(run, split).map(({ x, y }) => ({ x, y: read(y) })));
    return (lines.length === 0 ? [[]] : lines).map((line, k) => ({
      series: label,
      run: k,
      line,
      raw: [],
      ...(k === 0 && { dashed }),
    }));
  });
  const colours = new Map(
    arms.map(({ label }, k) => [label, lightPalette.series[k] ?? lightPalette.ink]),
  );
  const what = split === 'train' ? 'training' : 'validation';
  const yTitle =
    measure === 'perplexity' ? `${what} perplexity` : `${what} loss (${natsPer(unit)})`;
  const drawsPaper = arms.some(({ paper }) => paper.length > 0);
  const xTitle = drawsPaper ? 'epoch (dashed: the paper)' : 'epoch';
  const highest = split === 'train' || measure === 'nats' ? undefined : domainOf(curves);
  return renderSvg(
    chartSpec({
      chart: { curves: numbered(curves), window: 1, xTitle, yTitle },
      domain: highest,
      colours,
      palette: lightPalette,
      description: `${yTitle} against the epoch; dashed: the paper's. ${[...colours.keys()].join(', ')}`,
    }),
    `${split}-`,
  );
}

function pointsOf(run: Run, split: 'train' | 'valid'): Point[] {
  const summary = summarizeRun(run);
  if (split === 'valid') {
    return readingsOf(summary).map(({ epoch, valid }) => ({ x: epoch, y: valid.nats }));
  }
  return eventsOf(run, 'epoch').map(({ epoch, trainNllPerUnit }) => ({
    x: epoch + 1,
    y: trainNllPerUnit,
  }));
}

/** Perplexities begin high: the range of the later half of all lines, somewhat widened. */
function domainOf(curves: readonly Curve[]): [number, number] | undefined {
  const late = curves.flatMap(({ line, dashed = [] }) =>
    [line, dashed].flatMap((points) =>
      points.slice(Math.floor(points.length / 4)).map(({ y }) => y),
    ),
  );
  if (late.length === 0) return undefined;
  const [low, high] = [Math.min(...late), Math.max(...late)];
  const margin = 0.06 * (high - low);
  return margin > 0 ? [low - margin, high + margin] : undefined;
}

/** Lines of one figure are told apart by a number of their own. */
function numbered(curves: readonly Curve[]): Curve[] {
  return curves.map((curve, run) => ({ ...curve, run }));
}
