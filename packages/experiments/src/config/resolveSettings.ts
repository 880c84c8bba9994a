import { UsageError, type Setting } from '@bnrnn/core';
import type { NormalizerStrategy } from '@bnrnn/normalization';
import type { TaskName } from '../settings/definition';
import { nearestPath } from '../settings/nearestPath';
import type { Override } from '../settings/readSetting';
import { checkValue } from '../settings/readSetting';
import { user } from '../settings/setting';
import { settingPathsOf, type SettingPath } from '../settings/settingDefinitions';
import type { Changes, SettingsFor } from '../settings/settings';
import type { PresetOf, RecipeOf, Task } from '../tasks/task';

/** What a caller may change of a preset under a recipe. */
export interface SettingsRequest<Of extends TaskName = TaskName> {
  readonly overrides?: readonly Override[];
  /** Short for the placement W·x. */
  readonly normalize?: string;
  /** Strategies of the user's own: their kinds are values of every placement. */
  readonly strategies?: readonly NormalizerStrategy[];
  readonly epochs?: number;
  readonly maxSteps?: number;
  /** What the data decide where the caller does not. */
  readonly ofData?: Changes<Of>;
}

/** Every setting of a run: the recipe's, then the preset's changes, the data's, the caller's. */
export function resolveSettings<Of extends TaskName>(
  task: Task<Of>,
  preset: PresetOf<Of>,
  recipe: RecipeOf<Of>,
  request: SettingsRequest<Of> = {},
): SettingsFor<Of> {
  const settings: Readonly<Partial<Record<SettingPath, Setting>>> = {
    ...task.settings(recipe, preset),
    ...preset.changes,
    ...request.ofData,
    ...changesOf(task, request),
  };
  const entries = settingPathsOf(task.name).map((path) => [path, settings[path]]);
  return Object.fromEntries(entries) as SettingsFor<Of>;
}

/** The caller's changes, checked; a later one wins, `--set` over the short flags. */
function changesOf<Of extends TaskName>(
  task: Task<Of>,
  request: SettingsRequest<Of>,
): Readonly<Partial<Record<SettingPath, Setting>>> {
  const { overrides = [], normalize, epochs, maxSteps, strategies = [] } = request;
  const ownKinds = strategies.map(({ kind }) => kind);
  const all: readonly Override[] = [
    ...(normalize === undefined
      ? []
      : [{ path: 'model.normalize.inputToHidden', value: normalize } as const]),
    ...(epochs === undefined ? [] : [{ path: 'schedule.epochs', value: epochs } as const]),
    ...(maxSteps === undefined ? [] : [{ path: 'schedule.maxSteps', value: maxSteps } as const]),
    ...overrides,
  ];
  return Object.fromEntries(
    all.map(({ path, value }) => {
      expectOwn(task, path);
      return [path, user(checkValue(path, value, ownKinds))];
    }),
  );
}

/** @throws UsageError for a setting of another task alone. */
function expectOwn<Of extends TaskName>(task: Task<Of>, path: SettingPath): void {
  const own: readonly SettingPath[] = settingPathsOf(task.name);
  if (own.includes(path)) return;
  const near = nearestPath(path, own);
  throw new UsageError(`--set: a ${task.model} has no setting "${path}".`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `Its settings are: ${own.join(', ')}.`,
  });
}
