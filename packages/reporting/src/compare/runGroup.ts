import type { RunSummary } from './runSummary';
import { formatSetting } from './formatSetting';

/** Runs that differ in their seed alone. */
export interface RunGroup {
  /** The preset, and what tells it from the other groups of the same preset. */
  label: string;
  preset: string;
  recipe: string;
  backend: string;
  summaries: readonly [RunSummary, ...RunSummary[]];
}

/**
 * Puts runs of the same preset, recipe, backend, precision and settings together, in the order they came.
 *
 * A group's label is its preset, with a precision other than float32; where two groups share one, what differs between
 * them follows.
 */
export function groupRuns(summaries: readonly RunSummary[]): RunGroup[] {
  const groups = new Map<string, [RunSummary, ...RunSummary[]]>();
  for (const summary of summaries) {
    const key = keyOf(summary);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [summary]);
    else group.push(summary);
  }
  const all = [...groups.values()];
  return all.map((members) => {
    const { preset, recipe, backend } = members[0].run.config;
    const namesakes = all.filter((others) => others[0].run.config.preset === preset);
    const added = distinctions(
      members[0],
      namesakes.map(([first]) => first),
    );
    const label = added.length === 0 ? preset : `${preset} (${added.join(', ')})`;
    return { label, preset, recipe, backend, summaries: members };
  });
}

function keyOf({ run: { config } }: RunSummary): string {
  const values = Object.entries(config.settings)
    .map(([path, { value }]) => [path, value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return JSON.stringify([config.preset, config.recipe, config.backend, config.precision, values]);
}

function distinctions(own: RunSummary, namesakes: readonly RunSummary[]): string[] {
  const { config } = own.run;
  const differs = (read: (summary: RunSummary) => string) =>
    namesakes.some((other) => read(other) !== read(own));
  const paths = Object.keys(config.settings).filter((path) =>
    differs(({ run }) => formatSetting(run.config.settings[path]?.value)),
  );
  return [
    ...(config.precision === 'float32' ? [] : [config.precision]),
    ...(differs(({ run }) => run.config.recipe) ? [config.recipe] : []),
    ...(differs(({ run }) => run.config.backend) ? [config.backend] : []),
    ...paths.map((path) => `${path} ${formatSetting(config.settings[path]?.value)}`),
  ];
}
