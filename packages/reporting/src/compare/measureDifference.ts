import { formatNats, formatPerplexity, formatShare } from '../formatNumber';
import { natsPer } from '../unitWords';
import type { ComparedPair } from './comparedPairs';
import type { Comparison, Quality } from './compareRuns';
import { shownValidation } from './shownValidation';
import type { Spread } from './spread';

/** One measure of a treatment and its baseline. */
export interface Difference {
  /** What was measured, e.g. `training loss`. */
  measure: string;
  /** `nats per word`, or empty for a plain number. */
  unit: string;
  /** Means over the seeds, as written. */
  treatment: string;
  baseline: string;
  /** The size of the difference of the two as they are written. */
  size: string;
  direction: 'below' | 'above' | 'equal';
}

/** The training losses at the step that every run reached; undefined where one is missing. */
export function lossDifference(
  { baseline, treatment }: ComparedPair,
  { unit }: Comparison,
): Difference | undefined {
  return difference(
    'training loss',
    natsPer(unit),
    treatment.lossAtStep,
    baseline.lossAtStep,
    formatNats,
  );
}

/** A difference in validation and the statistics it was measured under. */
export interface ValidationDifference extends Difference {
  statistics: { treatment: Quality['statistics']; baseline: Quality['statistics'] };
}

/** Perplexity, or frame error rate for frames; undefined where one was not validated. */
export function validationDifference(
  { baseline, treatment }: ComparedPair,
  { unit }: Comparison,
): ValidationDifference | undefined {
  const to = shownValidation(treatment);
  const from = shownValidation(baseline, to?.statistics);
  if (to === undefined || from === undefined) return undefined;
  const found =
    unit === 'frame'
      ? (difference(
          'frame error rate',
          'percentage points',
          to.frameErrorRate,
          from.frameErrorRate,
          formatShare,
        ) ?? difference('loss', natsPer(unit), to.nllPerUnit, from.nllPerUnit, formatNats))
      : difference('perplexity', '', to.perplexity, from.perplexity, formatPerplexity);
  if (found === undefined) return undefined;
  const statistics = { treatment: to.statistics, baseline: from.statistics };
  return { ...found, measure: `validation ${found.measure}`, statistics };
}

function difference(
  measure: string,
  unit: string,
  treatment: Spread | undefined,
  baseline: Spread | undefined,
  format: (value: number) => string,
): Difference | undefined {
  if (treatment === undefined || baseline === undefined) return undefined;
  const [to, from] = [format(treatment.mean), format(baseline.mean)];
  // Of the numbers as written: a reader who subtracts them gets the same.
  const apart = to === from ? 0 : written(to) - written(from);
  return {
    measure,
    unit,
    treatment: to,
    baseline: from,
    size: format(Math.abs(apart)).replace(' %', ''),
    direction: apart === 0 ? 'equal' : apart < 0 ? 'below' : 'above',
  };
}

function written(text: string): number {
  const value = Number.parseFloat(text.replaceAll(',', ''));
  return text.endsWith('%') ? value / 100 : value;
}
