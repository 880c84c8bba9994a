import type { RunSummary } from '../compare/runSummary';
import type { Claim } from './claim';

/** Two runs of one seed that differ in what the claim varies. */
interface RunPair {
  treatment: RunSummary;
  baseline: RunSummary;
}

/** The pairs of one claim that share everything but their seed. */
export interface PairGroup {
  /** The baseline's preset and recipe, e.g. `ptb-small, authors-code`. */
  experiment: string;
  pairs: readonly RunPair[];
}

/**
 * Puts the runs of a claim's two arms into pairs of one seed, grouped by what else they share: unit,
 * recipe, corpus and all settings that the claim does not vary. Backends and threads do not count.
 */
export function pairRuns(claim: Claim, summaries: readonly RunSummary[]): PairGroup[] {
  const groups = new Map<string, { experiment: string; pairs: RunPair[] }>();
  for (const baseline of summaries) {
    if (!claim.baseline(baseline.run.config)) continue;
    for (const treatment of summaries) {
      if (treatment === baseline || !claim.treatment(treatment.run.config)) continue;
      if (keyOf(claim, treatment) !== keyOf(claim, baseline)) continue;
      if (treatment.run.config.seed !== baseline.run.config.seed) continue;
      if (claim.otherData === true && !hasMoreData(treatment, baseline)) continue;
      const experiment = experimentOf(claim, treatment, baseline);
      const group = groups.get(experiment) ?? { experiment, pairs: [] };
      group.pairs.push({ treatment, baseline });
      groups.set(experiment, group);
    }
  }
  return [...groups.values()];
}

function keyOf({ varied, otherData }: Claim, { run: { config } }: RunSummary): string {
  const settings = Object.entries(config.settings)
    .filter(([path]) => !varied.some((start) => path.startsWith(start)))
    .map(([path, { value }]) => [path, value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const { sha256, name } = config.corpus;
  return JSON.stringify([config.unit, config.recipe, settings, name, otherData ? null : sha256]);
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

function hasMoreData(treatment: RunSummary, baseline: RunSummary): boolean {
  const [to, from] = [treatment, baseline].map(({ run }) => run.config.corpus.counts['train'] ?? 0);
  return (to ?? 0) > (from ?? 0);
}
