import type { RunConfig } from '../run/run';
import { baselineOf } from './baselineOf';
import type { ComparedGroup, Comparison } from './compareRuns';

/** A group and what it is measured against. */
export interface ComparedPair {
  baseline: ComparedGroup;
  treatment: ComparedGroup;
}

/**
 * Each normalized group with its baseline, as their configurations name it; where a group has no
 * baseline here and is none itself, with the first group.
 */
export function comparedPairs({ groups }: Comparison): ComparedPair[] {
  const named = groups.flatMap((treatment): ComparedPair[] => {
    const baseline = bestBaseline(treatment, groups);
    return baseline === undefined ? [] : [{ baseline, treatment }];
  });
  const paired = new Set(named.flatMap(({ baseline, treatment }) => [baseline, treatment]));
  const [first] = groups;
  const others = groups.flatMap((treatment): ComparedPair[] =>
    first === undefined || treatment === first || paired.has(treatment)
      ? []
      : [{ baseline: first, treatment }],
  );
  return [...named, ...others].sort(
    (a, b) => groups.indexOf(a.treatment) - groups.indexOf(b.treatment),
  );
}

/** Of the baselines with the wanted name, the one that shares the most with the treatment. */
function bestBaseline(
  treatment: ComparedGroup,
  groups: readonly ComparedGroup[],
): ComparedGroup | undefined {
  const name = baselineOf(configOf(treatment));
  const candidates = groups
    .filter((group) => group.preset === name && baselineOf(configOf(group)) === undefined)
    .map((group) => ({ group, differences: countDifferences(group, treatment) }))
    .sort((a, b) => a.differences - b.differences);
  return candidates[0]?.group;
}

function countDifferences(a: ComparedGroup, b: ComparedGroup): number {
  const [left, right] = [configOf(a), configOf(b)];
  const paths = new Set([...Object.keys(left.settings), ...Object.keys(right.settings)]);
  const settings = [...paths].filter(
    (path) =>
      JSON.stringify(left.settings[path]?.value) !== JSON.stringify(right.settings[path]?.value),
  );
  return (
    settings.length +
    Number(a.recipe !== b.recipe) +
    Number(a.backend !== b.backend) +
    Number(left.precision !== right.precision)
  );
}

/** The configuration of a group's first run; the others differ from it in their seed alone. */
function configOf({ summaries }: ComparedGroup): RunConfig {
  return summaries[0].run.config;
}
