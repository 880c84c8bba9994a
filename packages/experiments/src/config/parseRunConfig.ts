import { DataError, parseConfig, UsageError, type RunConfig as StoredConfig } from '@bnrnn/core';
import type { TaskName } from '../settings/definition';
import { checkValue } from '../settings/readSetting';
import { settingPathsOf } from '../settings/settingDefinitions';
import type { SettingsFor } from '../settings/settings';
import type { Task } from '../tasks/task';
import { taskNameOf, tasks } from '../tasks/tasks';
import type { RunConfig } from '../settings/runConfig';

/**
 * Checks the contents of a `config.json` with all its settings.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the file and the field that does not fit; UsageError for a file of a newer version, or with a
 *   setting that does not exist here: what it changes cannot be done.
 */
export function parseRunConfig(value: unknown, where: string): RunConfig {
  const stored = parseConfig(value, where);
  if (stored.unit === 'frame') {
    return { ...stored, settings: checkedSettings(tasks.speech, stored, where) };
  }
  const settings = checkedSettings(tasks.language, stored, where);
  const level = settings['data.level'].value;
  if (level === stored.unit) return { ...stored, settings };
  throw new DataError(`${where}: the unit is "${stored.unit}", and data.level is "${level}".`, {
    hint: 'Was one of the two edited? A model predicts what its text was read by.',
  });
}

/**
 * The configuration of a run that an older version may have written, with the settings that are younger than it as it
 * had them: what runs of several versions are compared by.
 */
export function withYoungerSettings<Config extends Pick<StoredConfig, 'unit' | 'settings'>>(
  config: Config,
): Config {
  const { before } = tasks[taskNameOf(config)];
  return { ...config, settings: { ...before, ...config.settings } };
}

function checkedSettings<Of extends TaskName>(
  task: Task<Of>,
  { settings, strategies }: Pick<StoredConfig, 'settings' | 'strategies'>,
  where: string,
): SettingsFor<Of> {
  const all: StoredConfig['settings'] = { ...task.before, ...settings };
  const paths = settingPathsOf(task.name);
  const unknown = Object.keys(all).find((path) => !paths.some((known) => known === path));
  if (unknown !== undefined) {
    throw new UsageError(`${where}: there is no setting ${unknown}.`, {
      hint: 'Take the version of bnrnn that wrote the run. A setting that was added by hand can be removed.',
    });
  }
  const kinds = strategies?.map(({ kind }) => kind);
  for (const path of paths) {
    const setting = all[path];
    if (setting === undefined) {
      throw new DataError(`${where}: the setting ${path} is missing.`, {
        hint: 'Was the run written by another version of bnrnn?',
      });
    }
    checkValue(path, setting.value, kinds);
  }
  // Each path of the task is there, with a value of its type.
  return all as SettingsFor<Of>;
}
