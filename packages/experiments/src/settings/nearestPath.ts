import { settingPaths, type SettingPath } from './settingDefinitions';

/**
 * The setting paths a reader may have meant: those that end alike, or whose letters are mostly the
 * same; the nearest first, at most two.
 */
export function nearestPath(
  written: string,
  paths: readonly SettingPath[] = settingPaths,
): readonly SettingPath[] {
  const lastPart = (path: string) => path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const same = paths.filter((path) => lastPart(path) === lastPart(written));
  if (same.length > 0) return same.slice(0, 2);
  const score = (path: string) =>
    Math.max(similarity(path, written), similarity(lastPart(path), lastPart(written)));
  const ranked = paths
    .map((path) => ({ path, score: score(path) }))
    .sort((a, b) => b.score - a.score);
  const enough = Math.max(0.55, 0.9 * (ranked[0]?.score ?? 0));
  return ranked
    .filter((candidate) => candidate.score >= enough)
    .slice(0, 2)
    .map((candidate) => candidate.path);
}

/** Dice's coefficient of the two words' letter pairs, 0..1. */
function similarity(a: string, b: string): number {
  const left = pairs(a);
  const right = pairs(b);
  const total = left.length + right.length;
  let shared = 0;
  for (const pair of left) {
    const at = right.indexOf(pair);
    if (at >= 0) {
      right.splice(at, 1);
      shared++;
    }
  }
  return total === 0 ? 0 : (2 * shared) / total;
}

function pairs(word: string): string[] {
  const lower = word.toLowerCase();
  return Array.from({ length: Math.max(0, lower.length - 1) }, (_, i) => lower.slice(i, i + 2));
}
