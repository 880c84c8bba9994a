import { comparedPairs, type ComparedPair } from '../compare/comparedPairs';
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
import { markup, type Html } from './markup';
import { sentenceList } from './sentenceList';

/** The page's heading: what was compared, what was measured, in words and in large figures. */
export function summarySection(comparison: Comparison): Html {
  return markup`<header>
    <p class="eyebrow">bnrnn run report</p>
    <h1>${unbroken(reportTitle(comparison), comparison)}</h1>
    <p class="summary">${unbroken(summaryText(comparison), comparison)}</p>
    ${measured(comparison)}
  </header>`;
}

/** The text with every preset's name kept on one line. */
function unbroken(text: string, { groups }: Comparison): readonly Html[] {
  const presets = new Set(groups.map(({ preset }) => preset));
  return text
    .split(/(\S+)/)
    .map((word) =>
      presets.has(word.replace(/(?:'s|[.,;])+$/, ''))
        ? markup`<span class="name">${word}</span>`
        : markup`${word}`,
    );
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
    `${runs === 1 ? 'One run' : `${runs} runs`} on ${corpus.name}${tokens}, ` +
    `${recipes.length === 1 ? 'recipe' : 'recipes'} ${sentenceList(recipes)}.`;
  const differences = measuredDifferences(comparison);
  if (differences.length === 0) return `${what} ${levels(comparison)}`;
  return differences.length === 1 ? [what, ...differences].join(' ') : what;
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

/** What was measured between the models: one pair in large figures, several as a list. */
function measured(comparison: Comparison): Html {
  const [pair, ...others] = comparedPairs(comparison);
  if (pair === undefined) return markup``;
  if (others.length === 0) return largeFigures(pair, comparison);
  const items = measuredDifferences(comparison).map(
    (sentence) => markup`<li>${unbroken(sentence, comparison)}</li>`,
  );
  return markup`<ul>
    ${items}
  </ul>`;
}

/** The pair's differences with their signs. */
function largeFigures(pair: ComparedPair, comparison: Comparison): Html {
  const differences = [lossDifference(pair, comparison), validationDifference(pair, comparison)];
  const figures = differences
    .filter((difference) => difference !== undefined)
    .map(
      (difference) =>
        markup`<div>
          <dt>${difference.measure}:<br />${pair.treatment.label} minus ${pair.baseline.label}</dt>
          <dd>
            ${signed(difference)}${difference.unit === '' ? markup`` : markup`&#32;<small>${difference.unit}</small>`}
          </dd>
        </div>`,
    );
  return figures.length === 0 ? markup`` : markup`<dl class="measures">${figures}</dl>`;
}

function signed({ direction, size }: Difference): string {
  return `${{ below: '−', above: '+', equal: '±' }[direction]}${size}`;
}
