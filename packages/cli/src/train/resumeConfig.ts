import { UsageError } from '@bnrnn/core';
import { settingPaths, type RunConfig, type SettingPath } from '@bnrnn/experiments';

/** What a resumed run may change: how long it goes on and how often it is looked at. */
const mayChange: ReadonlySet<SettingPath> = new Set([
  'schedule.epochs',
  'schedule.maxSteps',
  'checkpoints.everySteps',
]);

/**
 * The configuration of a resumed run: the stored one, with the caller's new length.
 *
 * @param stored  the run's own configuration.
 * @param asked   what the caller's flags resolve to; a flag that was left out asks for nothing.
 * @param given   which of preset, recipe, backend and seed the caller named.
 * @throws UsageError naming the first difference.
 */
export function resumeConfig(
  stored: RunConfig,
  asked: RunConfig,
  given: { readonly recipe: boolean; readonly backend: boolean; readonly seed: boolean },
): RunConfig {
  const refuse = (what: string, there: unknown, here: unknown): never => {
    throw new UsageError(
      `--resume: ${what} is ${String(there)} in the run and ${String(here)} here; nothing was changed.`,
      { hint: "Leave the flag out to continue with the run's own, or start a new run folder." },
    );
  };
  if (asked.preset !== stored.preset) refuse('the preset', stored.preset, asked.preset);
  for (const field of ['recipe', 'backend', 'seed'] as const) {
    if (given[field] && asked[field] !== stored[field]) refuse(field, stored[field], asked[field]);
  }
  const changed = settingPaths.filter((path) => asked.settings[path].source === 'user');
  for (const path of changed) {
    const [there, here] = [stored.settings[path].value, asked.settings[path].value];
    if (there !== here && !mayChange.has(path)) refuse(path, there, here);
  }
  const settings = Object.fromEntries(
    settingPaths.map((path) => [
      path,
      changed.includes(path) ? asked.settings[path] : stored.settings[path],
    ]),
  ) as unknown as RunConfig['settings'];
  return { ...stored, settings };
}
