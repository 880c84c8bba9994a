import { formatCount, formatNats, formatPerplexity, formatShare } from '../formatNumber';
import { natsPer } from '../unitWords';
import { comparedPairs, type ComparedPair } from './comparedPairs';
import type { ComparedGroup, Comparison, Quality } from './compareRuns';
import { shownValidation } from './shownValidation';
import type { Spread } from './spread';

/**
 * One sentence for each treatment and its baseline: how much its training loss at equal steps and
 * its validation differ, whatever the sign. Empty where there is nothing to compare with.
 */
export function measuredDifferences(comparison: Comparison): string[] {
  return comparedPairs(comparison).flatMap((pair) => {
    const clauses = [lossClause(pair, comparison), validationClause(pair, comparison)].filter(
      (clause) => clause !== undefined,
    );
    if (clauses.length === 0) return [];
    return [`${clauses.join('; ')}.${seedsClause(pair)}`];
  });
}

function lossClause(pair: ComparedPair, comparison: Comparison): string | undefined {
  const { baseline, treatment } = pair;
  const [from, to] = [baseline.lossAtStep, treatment.lossAtStep];
  if (from === undefined || to === undefined) return undefined;
  const average = comparison.window > 1 ? `, mean of ${comparison.window} steps` : '';
  return (
    `At step ${formatCount(comparison.step)} the training loss of ${treatment.label} ` +
    `${isApart(from, to, formatNats, ` ${natsPer(comparison.unit)}`)} ${baseline.label}'s ` +
    `(${formatNats(to.mean)} against ${formatNats(from.mean)}${average})`
  );
}

function validationClause(pair: ComparedPair, { unit }: Comparison): string | undefined {
  const { baseline, treatment } = pair;
  const to = shownValidation(treatment);
  const from = shownValidation(baseline, to?.statistics);
  if (to === undefined || from === undefined) return undefined;
  const measure = measureOf(unit, from, to);
  if (measure === undefined) return undefined;
  const statistics =
    from.statistics === to.statistics
      ? `${to.statistics} statistics`
      : `${to.statistics} statistics against ${from.statistics}`;
  const steps =
    String(baseline.steps) === String(treatment.steps)
      ? ''
      : `, after ${stepsText(treatment.steps)} and ${stepsText(baseline.steps)} steps`;
  return (
    `its validation ${measure.name} ${isApart(measure.from, measure.to, measure.format, '')} ` +
    `${baseline.label}'s (${measure.format(measure.to.mean)} against ` +
    `${measure.format(measure.from.mean)}, ${statistics}${steps})`
  );
}

function measureOf(unit: Comparison['unit'], from: Quality, to: Quality) {
  if (unit !== 'frame')
    return measure('perplexity', from.perplexity, to.perplexity, formatPerplexity);
  return (
    measure('frame error rate', from.frameErrorRate, to.frameErrorRate, formatShare) ??
    measure('loss', from.nllPerUnit, to.nllPerUnit, formatNats)
  );
}

function measure(
  name: string,
  from: Spread | undefined,
  to: Spread | undefined,
  format: (value: number) => string,
) {
  return from === undefined || to === undefined ? undefined : { name, from, to, format };
}

/** "is 0.120 nats per word below", "equals". */
function isApart(
  from: Spread,
  to: Spread,
  format: (value: number) => string,
  unit: string,
): string {
  const apart = format(Math.abs(to.mean - from.mean));
  if (apart === format(0)) return 'equals';
  return `is ${apart}${unit} ${to.mean < from.mean ? 'below' : 'above'}`;
}

function seedsClause({ baseline, treatment }: ComparedPair): string {
  const [a, b] = [baseline.seeds.length, treatment.seeds.length];
  if (a === 1 && b === 1) return ' One seed each.';
  return ` Means over ${b} ${b === 1 ? 'seed' : 'seeds'} against ${a}.`;
}

function stepsText([least, most]: ComparedGroup['steps']): string {
  return least === most ? formatCount(most) : `${formatCount(least)}–${formatCount(most)}`;
}
