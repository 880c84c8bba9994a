import { UsageError } from '@bnrnn/core';
import { formatSetting } from '../compare/formatSetting';
import type { RunSummary } from '../compare/runSummary';
import type { Claim } from './claim';

/** Two runs of one seed that differ in what the claim varies. */
interface RunPair {
  treatment: RunSummary;
  baseline: RunSummary;
}

/** The pairs of one claim that share everything but their seed, or that are the points of one search. */
export interface PairGroup {
  /** The baseline's preset and recipe, e.g. `ptb-small, authors-code`. */
  experiment: string;
  pairs: readonly RunPair[];
}

/**
 * Puts the runs of a claim's two arms into pairs of one seed, grouped by what else they share: unit,
 * recipe, corpus and all settings that the claim does not vary. Those that it varies have the same two
 * values in all pairs of a group. Backends and threads do not count. Where two groups are of the same
 * presets, what tells them apart stands behind their names.
 *
 * Of a search the settings are the sample: one seed at six or more settings of the user's is one group.
 *
 * @throws UsageError where two runs differ in nothing: one seed would count twice.
 */
export function pairRuns(claim: Claim, summaries: readonly RunSummary[]): PairGroup[] {
  const groups = new Map<string, Found>();
  for (const baseline of summaries) {
    if (!claim.baseline(baseline.run.config)) continue;
    const shared = sharedBy(claim, baseline);
    for (const treatment of summaries) {
      if (treatment === baseline || !claim.treatment(treatment.run.config)) continue;
      if (JSON.stringify(sharedBy(claim, treatment)) !== JSON.stringify(shared)) continue;
      if (treatment.run.config.seed !== baseline.run.config.seed) continue;
      if (claim.isPair?.(treatment, baseline) === false) continue;
      const experiment = experimentOf(claim, treatment, baseline);
      const all = { ...shared, ...variedBy(claim, treatment, baseline) };
      const key = JSON.stringify([experiment, all]);
      const group = groups.get(key) ?? { experiment, shared: all, pairs: [] };
      expectNewSeed(group, { treatment, baseline });
      group.pairs.push({ treatment, baseline });
      groups.set(key, group);
    }
  }
  const all = joinSearches([...groups.values()]);
  return all.map((group) => ({ ...group, experiment: nameAmong(all, group) }));
}

type Found = { experiment: string; shared: Readonly<Record<string, unknown>>; pairs: RunPair[] };

function expectNewSeed({ experiment, pairs }: Found, { treatment, baseline }: RunPair): void {
  const { seed } = baseline.run.config;
  const before = pairs.find((pair) => pair.baseline.run.config.seed === seed);
  if (before === undefined) return;
  const [one, other] = (
    before.baseline === baseline ? [before.treatment, treatment] : [before.baseline, baseline]
  ).map(({ run }) => run.folder);
  throw new UsageError(
    `judgeClaims: ${one} and ${other} are the same run of seed ${seed} in ${experiment}, expected one.`,
    { hint: 'Leave one of them out: a seed counts once.' },
  );
}

/** So many settings of one seed are a search: fewer pairs never decide. */
const fewestSettings = 6;

/** Puts the groups of one seed that differ in nothing but what their user set into one. */
function joinSearches(groups: readonly Found[]): Found[] {
  const alike = new Map<unknown, Found[]>();
  for (const group of groups) {
    const key = searchOf(group) ?? group;
    alike.set(key, [...(alike.get(key) ?? []), group]);
  }
  return [...alike.values()].flatMap((found) => {
    const [first] = found;
    if (first === undefined || found.length < fewestSettings) return found;
    const pairs = found.flatMap((group) => group.pairs);
    const experiment = `${first.experiment}, ${found.length} settings`;
    return [{ experiment, shared: withoutChoices(first.shared, ...pairs), pairs }];
  });
}

/** Names the search that a group is a point of; undefined where it has several seeds. */
function searchOf({ experiment, shared, pairs: [first, ...others] }: Found): string | undefined {
  if (first === undefined || others.length > 0) return undefined;
  const { seed } = first.baseline.run.config;
  return JSON.stringify([experiment, seed, withoutChoices(shared, first)]);
}

/** What a pair shares, without the settings that its user chose. */
function withoutChoices(
  shared: Found['shared'],
  ...pairs: readonly RunPair[]
): Readonly<Record<string, unknown>> {
  const chosen = pairs.flatMap(({ baseline }) =>
    Object.entries(baseline.run.config.settings).flatMap(([path, { source }]) =>
      source === 'user' ? [path] : [],
    ),
  );
  return Object.fromEntries(Object.entries(shared).filter(([path]) => !chosen.includes(path)));
}

/** What two runs must have in common to be a pair, by name. */
function sharedBy({ varied, otherData }: Claim, { run: { config } }: RunSummary): Found['shared'] {
  const settings = Object.entries(config.settings)
    .filter(([path]) => !varied.some((start) => path.startsWith(start)))
    .map(([path, { value }]) => [path, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { sha256, name } = config.corpus;
  return {
    unit: config.unit,
    recipe: config.recipe,
    ...Object.fromEntries(settings),
    corpus: name,
    ...(otherData !== true && { digest: sha256 }),
  };
}

/**
 * What the claim lets two runs differ in, by name: one value where they agree, otherwise
 * `treatment − baseline`. Pairs of other values are another experiment: a seed counts once in each.
 */
function variedBy({ varied }: Claim, ...[to, from]: readonly [RunSummary, RunSummary]) {
  const settings = [to, from].map(({ run }) => run.config.settings);
  const paths = settings
    .flatMap((own) => Object.keys(own))
    .filter((path) => varied.some((start) => path.startsWith(start)))
    .sort();
  return Object.fromEntries(
    paths.map((path) => {
      const words = settings.map((own) => formatSetting(own[path]?.value));
      return [path, [...new Set(words)].join(' − ')] as const;
    }),
  );
}

/** The name of a group, with what tells it from others of its name; digests do where nothing else does. */
function nameAmong(all: readonly Found[], { experiment, shared }: Found): string {
  const others = all.filter((one) => one.experiment === experiment);
  const differing = Object.keys(shared).filter((name) =>
    others.some((one) => JSON.stringify(one.shared[name]) !== JSON.stringify(shared[name])),
  );
  const told = differing.length > 1 ? differing.filter((name) => name !== 'digest') : differing;
  const words = told.map((name) => `${name} ${formatSetting(shared[name])}`);
  return [experiment, ...words].join(', ');
}

function experimentOf(claim: Claim, treatment: RunSummary, baseline: RunSummary): string {
  const [to, from] = [treatment.run.config, baseline.run.config];
  const presets = to.preset === from.preset ? to.preset : `${to.preset} − ${from.preset}`;
  const rates = [to, from].map(({ settings }) => settings['optimizer.learningRate']?.value);
  const rate = claim.varied.includes('optimizer.learningRate')
    ? `, rate ${String(rates[0])} − ${String(rates[1])}`
    : '';
  const words = `${String(from.corpus.counts['train'])} ${from.unit}s`;
  const data = claim.otherData === true ? `, all − ${words}` : '';
  return `${presets}, ${from.recipe}${rate}${data}`;
}
