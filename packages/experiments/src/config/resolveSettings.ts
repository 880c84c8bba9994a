import { noNormalization } from '../presets/preset';
import type { Preset } from '../presets/preset';
import { authorsNormalization } from '../recipes/authorsCode';
import type { NormalizationPath, PresetPath, Recipe } from '../recipes/recipe';
import type { Override } from '../settings/readSetting';
import { checkValue } from '../settings/readSetting';
import { chosen, user, type Setting } from '../settings/setting';
import { settingPaths, type NormalizationChoice } from '../settings/settingDefinitions';
import type { Changes, Settings, SettingsOf } from '../settings/settings';

/** What a caller may change of a preset under a recipe. */
export interface SettingsRequest {
  readonly overrides?: readonly Override[];
  /** Short for the placement W·x. */
  readonly normalize?: NormalizationChoice;
  readonly epochs?: number;
  readonly maxSteps?: number;
}

const limits: SettingsOf<Exclude<PresetPath, keyof typeof noNormalization>> = {
  'schedule.maxSteps': chosen(0, 'after the last epoch'),
  'checkpoints.everySteps': chosen(200),
  'evaluation.maxBatches': chosen(0, 'the whole split'),
  'evaluation.recalibrationBatches': chosen(0, 'the whole epoch'),
};

/** Every setting of a run: the recipe's, then the preset's changes, then the caller's. */
export function resolveSettings(
  preset: Preset,
  recipe: Recipe,
  request: SettingsRequest = {},
): Settings {
  const merged: Settings = {
    ...recipe.shared,
    ...recipe.sizes[preset.size],
    ...(recipe.normalization ?? borrowedNormalization(recipe.name)),
    ...noNormalization,
    ...limits,
    ...preset.changes,
    ...changesOf(request),
  };
  return Object.fromEntries(settingPaths.map((path) => [path, merged[path]])) as Settings;
}

/** The caller's changes, checked; a later one wins, `--set` over the short flags. */
function changesOf(request: SettingsRequest): Changes {
  const { overrides = [], normalize, epochs, maxSteps } = request;
  const all: readonly Override[] = [
    ...(normalize === undefined
      ? []
      : [{ path: 'model.normalize.inputToHidden', value: normalize } as const]),
    ...(epochs === undefined ? [] : [{ path: 'schedule.epochs', value: epochs } as const]),
    ...(maxSteps === undefined ? [] : [{ path: 'schedule.maxSteps', value: maxSteps } as const]),
    ...overrides,
  ];
  return Object.fromEntries(all.map(({ path, value }) => [path, user(checkValue(path, value))]));
}

/** The authors' settings of batch normalization under a recipe that has none, each saying so. */
function borrowedNormalization(recipe: string): SettingsOf<NormalizationPath> {
  const entries = Object.entries<Setting>(authorsNormalization).map(([path, setting]) => {
    const why = `${recipe} has no batch normalization: the authors' setting`;
    const note = setting.note === undefined ? why : `${why}; ${setting.note}`;
    return [path, { ...setting, note }];
  });
  return Object.fromEntries(entries) as SettingsOf<NormalizationPath>;
}
