import { UsageError } from '@bnrnn/core';
import { type RunConfig, type Setting, type SettingPath } from '@bnrnn/experiments';
import type { Precision } from '@bnrnn/tensor-backend';

/** What a resumed run may change: how long it goes on and how often it is looked at. */
const mayChange: ReadonlySet<SettingPath> = new Set([
  'schedule.epochs',
  'schedule.maxSteps',
  'checkpoints.everySteps',
]);

/** The values of every setting that stays the same for the whole of a run. */
export function settingsToKeep(config: RunConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settingsOf(config)).flatMap(([path, setting]) =>
      mayChange.has(path as SettingPath) ? [] : [[path, setting.value]],
    ),
  );
}

/**
 * The configuration of a resumed run: the stored one, with the caller's new length.
 *
 * @param stored  the run's own configuration.
 * @param asked   what the caller's flags resolve to; a flag that was left out asks for nothing.
 * @param given   which of recipe, backend and seed the caller named, and the precision.
 * @throws UsageError naming the first difference.
 */
export function resumeConfig<Config extends RunConfig>(
  stored: RunConfig,
  asked: Config,
  given: {
    readonly recipe: boolean;
    readonly backend: boolean;
    readonly seed: boolean;
    readonly precision?: Precision | undefined;
  },
): Config {
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
  const { precision = 'float32' } = stored;
  if (given.precision !== undefined && given.precision !== precision) {
    refuse('precision', precision, given.precision);
  }
  // One preset has one task, and with it the same settings.
  const [kept, wanted] = [settingsOf(stored), settingsOf(asked)];
  const settings = Object.fromEntries(
    Object.entries(kept).map(([path, setting]) => {
      const here = wanted[path as SettingPath];
      if (here?.source !== 'user') return [path, setting];
      if (here.value === setting.value) return [path, setting];
      if (!mayChange.has(path as SettingPath)) refuse(path, setting.value, here.value);
      return [path, here];
    }),
  );
  return { ...stored, settings } as unknown as Config;
}

function settingsOf({ settings }: RunConfig): Readonly<Partial<Record<SettingPath, Setting>>> {
  return settings;
}
