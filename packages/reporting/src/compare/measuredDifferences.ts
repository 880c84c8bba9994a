import { averagedSteps } from './averagedSteps';
import { formatCount } from '../formatNumber';
import { comparedPairs, type ComparedPair } from './comparedPairs';
import type { Comparison } from './compareRuns';
import { isNormalized } from './isNormalized';
import { formatStepRange } from './formatStepRange';
import {
  lossDifference,
  validationDifference,
  type Difference,
  type ValidationDifference,
} from './measureDifference';

/**
 * One sentence for each treatment and its baseline: how much its training loss at equal steps and
 * its validation differ, whatever the sign. Empty where there is nothing to compare with.
 */
export function measuredDifferences(comparison: Comparison): string[] {
  return comparedPairs(comparison).flatMap((pair) => {
    const loss = lossDifference(pair, comparison);
    const validation = validationDifference(pair, comparison);
    const clauses = [
      ...(loss === undefined ? [] : [lossClause(loss, pair, comparison)]),
      ...(validation === undefined
        ? []
        : [validationClause(validation, pair, loss === undefined ? '' : 'its ')]),
    ];
    if (clauses.length === 0) return [];
    return [`${clauses.join('; ')}. ${seedsSentence(pair)}`];
  });
}

function lossClause(
  loss: Difference,
  { baseline, treatment }: ComparedPair,
  comparison: Comparison,
): string {
  const average = comparison.window > 1 ? `, mean of ${averagedSteps(comparison)}` : '';
  return (
    `At step ${formatCount(comparison.step)} the ${loss.measure} of ${treatment.label} ${isApart(loss)} ` +
    `${baseline.label}'s (${loss.treatment} against ${loss.baseline}${average})`
  );
}

function validationClause(
  validation: ValidationDifference,
  { baseline, treatment }: ComparedPair,
  owner: string,
): string {
  const { statistics } = validation;
  const under =
    statistics.treatment === statistics.baseline || !isNormalized(baseline)
      ? `${statistics.treatment} statistics`
      : `${statistics.treatment} statistics against ${statistics.baseline}`;
  const [to, from] = [formatStepRange(treatment.steps), formatStepRange(baseline.steps)];
  const after = to === from ? '' : `, after ${to} and ${from} steps`;
  const subject =
    owner === '' ? `The ${validation.measure} of ${treatment.label}` : owner + validation.measure;
  return (
    `${subject} ${isApart(validation)} ${baseline.label}'s ` +
    `(${validation.treatment} against ${validation.baseline}, ${under}${after})`
  );
}

/** "is 0.120 nats per word below", "equals". */
function isApart({ direction, size, unit }: Difference): string {
  if (direction === 'equal') return 'equals';
  return `is ${size}${unit === '' ? '' : ` ${unit}`} ${direction}`;
}

/** How many seeds stand behind the numbers of a pair. */
function seedsSentence({ baseline, treatment }: ComparedPair): string {
  const [a, b] = [baseline.seeds.length, treatment.seeds.length];
  if (a === 1 && b === 1) return 'One seed each.';
  return a === b
    ? `Means over ${a} seeds each.`
    : `Means over ${b} ${b === 1 ? 'seed' : 'seeds'} against ${a}.`;
}
