import type { Precision, RunEventOf, Unit } from '@bnrnn/core';
import { textColumns } from '../textColumns';

type Measured = Pick<
  RunEventOf<'evaluation'>,
  'statistics' | 'nllPerUnit' | 'perplexity' | 'perplexityMeanOfBatches' | 'frameErrorRate'
>;

/** An evaluation with the field names of `--json`: perplexities of words, the error rate of frames. */
export function evaluationJson(unit: Unit, result: Measured) {
  const { statistics, nllPerUnit, perplexity, perplexityMeanOfBatches, frameErrorRate } = result;
  return unit === 'frame'
    ? { statistics, nllPerFrame: nllPerUnit, frameErrorRate: frameErrorRate ?? null }
    : { statistics, nllPerWord: nllPerUnit, perplexity, perplexityMeanOfBatches };
}

/** What `--json` prints of one split, or of several. */
export function evaluationsJson(
  unit: Unit,
  precision: Precision,
  evaluated: readonly { readonly split: string; readonly results: readonly Measured[] }[],
) {
  const splits = evaluated.map(({ split, results }) => ({
    split,
    results: results.map((result) => evaluationJson(unit, result)),
  }));
  const [only] = splits;
  return splits.length === 1 && only !== undefined
    ? { split: only.split, precision, results: only.results }
    : { precision, splits };
}

/** An evaluation in a few words, e.g. `1.470 nats per frame, frame error rate 40.9 %`. */
export function evaluationText(unit: Unit, result: Measured): string {
  const { nllPerUnit, perplexity, frameErrorRate } = result;
  const quality =
    unit === 'frame'
      ? `frame error rate ${percent(frameErrorRate)}`
      : `perplexity ${perplexity.toFixed(2)}`;
  return `${nllPerUnit.toFixed(3)} nats per ${unit}, ${quality}`;
}

/** A row for each choice of statistics. */
export function evaluationTable(unit: Unit, split: string, results: readonly Measured[]): string[] {
  const columns = unit === 'frame' ? ['frame error rate'] : ['perplexity', 'mean of batches'];
  return textColumns([
    [split, `nats per ${unit}`, ...columns],
    ...results.map((result) => [
      result.statistics,
      result.nllPerUnit.toFixed(4),
      ...(unit === 'frame'
        ? [percent(result.frameErrorRate)]
        : [result.perplexity.toFixed(2), result.perplexityMeanOfBatches.toFixed(2)]),
    ]),
  ]);
}

function percent(rate: number | undefined): string {
  return rate === undefined ? '—' : `${(100 * rate).toFixed(2)} %`;
}
