import { type Setting, UsageError, type Precision } from '@bnrnn/core';
import {
  isOf,
  type RunConfig,
  type RunDraft,
  type SettingPath,
  type SettingsFor,
  type Task,
  type TaskName,
} from '@bnrnn/experiments';

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
 * The configuration of a resumed run: the stored one, with the caller's new length and place of the data.
 *
 * @param stored  the run's own configuration.
 * @param asked   what the caller's flags resolve to; a flag that was left out asks for nothing.
 * @param given   what the caller named.
 * @throws UsageError naming the first difference.
 */
export function resumeConfig<Of extends TaskName>(
  task: Task<Of>,
  stored: RunConfig,
  asked: RunDraft<Of>,
  given: {
    readonly recipe?: string | undefined;
    readonly seed?: number | undefined;
    readonly backend?: string | undefined;
    readonly precision?: Precision | undefined;
  },
): RunConfig<Of> {
  const refuse = (what: string, there: unknown, here: unknown): never => {
    throw new UsageError(
      `--resume: ${what} is ${String(there)} in the run and ${String(here)} here; nothing was changed.`,
      { hint: "Leave the flag out to continue with the run's own, or start a new run folder." },
    );
  };
  if (asked.preset !== stored.preset || !isOf(task, stored)) {
    return refuse('the preset', stored.preset, asked.preset);
  }
  for (const field of ['recipe', 'backend', 'seed', 'precision'] as const) {
    const named = given[field];
    if (named !== undefined && named !== stored[field]) refuse(field, stored[field], named);
  }
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
  return { ...stored, data: asked.data, settings: settings as SettingsFor<Of> };
}

function settingsOf({
  settings,
}: Pick<RunDraft, 'settings'>): Readonly<Partial<Record<SettingPath, Setting>>> {
  return settings;
}
