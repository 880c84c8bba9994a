import { comparedPairs } from '../compare/comparedPairs';
import type { Comparison } from '../compare/compareRuns';
import { formatStepRange } from '../compare/formatStepRange';
import {
  lossDifference,
  validationDifference,
  type Difference,
} from '../compare/measureDifference';
import { measuredDifferences } from '../compare/measuredDifferences';
import { shownValidation } from '../compare/shownValidation';
import { formatCount, formatNats, formatPerplexity } from '../formatNumber';
import { natsPer, unitsOf } from '../unitWords';
import { html, type Html } from './element';

/** The page's heading: what was compared, what was measured, in words and in large figures. */
export function summarySection(comparison: Comparison): Html {
  return html`<header>
    <p class="eyebrow">bnrnn run report</p>
    <h1>${reportTitle(comparison)}</h1>
    <p class="summary">${summaryText(comparison)}</p>
    ${largeFigures(comparison)}
  </header>`;
}

/** Which models on which corpus. */
export function reportTitle({ groups, corpus }: Comparison): string {
  const labels = groups.map(({ label }) => label);
  const models = labels.length > 3 ? `${labels.length} models` : sentenceList(labels);
  return `${models} on ${corpus.name}`;
}

function summaryText(comparison: Comparison): string {
  const { groups, corpus, unit } = comparison;
  const runs = groups.reduce((sum, { seeds }) => sum + seeds.length, 0);
  const recipes = [...new Set(groups.map(({ recipe }) => recipe))];
  const { train } = corpus.counts;
  const tokens = train === undefined ? '' : ` (${formatCount(train)} training ${unitsOf(unit)})`;
  const what =
    `${runs === 1 ? 'One run' : `${runs} runs`} of ${groups.length === 1 ? 'one model' : `${groups.length} models`} ` +
    `on ${corpus.name}${tokens}, ${recipes.length === 1 ? 'recipe' : 'recipes'} ${sentenceList(recipes)}.`;
  const differences = measuredDifferences(comparison);
  return [what, ...(differences.length === 0 ? [levels(comparison)] : differences)].join(' ');
}

/** Where nothing is compared: what the model reached. */
function levels({ groups, unit }: Comparison): string {
  return groups
    .map((group) => {
      const validation = shownValidation(group);
      const loss =
        group.lossAtStep === undefined
          ? 'no training step'
          : `a training loss of ${formatNats(group.lossAtStep.mean)} ${natsPer(unit)}`;
      const quality =
        validation?.perplexity === undefined
          ? ''
          : unit === 'frame'
            ? ` and ${formatNats(validation.nllPerUnit?.mean ?? NaN)} in validation`
            : ` and a validation perplexity of ${formatPerplexity(validation.perplexity.mean)} (${validation.statistics} statistics)`;
      return `${group.label} reached ${loss}${quality} after ${formatStepRange(group.steps)} steps.`;
    })
    .join(' ');
}

/** The first pair's differences with their signs; empty where nothing is compared. */
function largeFigures(comparison: Comparison): Html {
  const [pair] = comparedPairs(comparison);
  if (pair === undefined) return html``;
  const differences = [lossDifference(pair, comparison), validationDifference(pair, comparison)];
  const figures = differences
    .filter((difference) => difference !== undefined)
    .map(
      (difference) =>
        html`<div>
          <dt>${difference.measure}, ${pair.treatment.label} minus ${pair.baseline.label}</dt>
          <dd>
            ${signed(difference)}${difference.unit === '' ? html`` : html` <small>${difference.unit}</small>`}
          </dd>
        </div>`,
    );
  return figures.length === 0 ? html`` : html`<dl class="measures">${figures}</dl>`;
}

function signed({ direction, size }: Difference): string {
  return `${{ below: '−', above: '+', equal: '±' }[direction]}${size}`;
}

/** "a", "a and b", "a, b and c". */
export function sentenceList(items: readonly string[]): string {
  const [last = ''] = items.slice(-1);
  const before = items.slice(0, -1);
  return before.length === 0 ? last : `${before.join(', ')} and ${last}`;
}
