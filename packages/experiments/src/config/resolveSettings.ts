import { UsageError } from '@bnrnn/core';
import { ownSettings, type NormalizerStrategy, type StrategySetting } from '@bnrnn/normalization';
import type { LanguagePreset, SpeechPreset } from '../presets/preset';
import { noNormalization } from '../presets/preset';
import { authorsNormalization } from '../recipes/authorsCode';
import type {
  CorpusPath,
  NormalizationPath,
  PresetPath,
  Recipe,
  RulePath,
  StrategyPath,
} from '../recipes/recipe';
import type { SpeechRecipe } from '../recipes/speechRecipe';
import type { Task } from '../settings/definition';
import { nearestPath } from '../settings/nearestPath';
import type { Override } from '../settings/readSetting';
import { checkValue } from '../settings/readSetting';
import { chosen, figure, recalled, user, type Setting } from '../settings/setting';
import { settingPathsOf, type SettingPath } from '../settings/settingDefinitions';
import type {
  Changes,
  LanguageSettings,
  SettingsFor,
  SettingsOf,
  SpeechSettings,
} from '../settings/settings';

/** What a caller may change of a preset under a recipe. */
export interface SettingsRequest {
  readonly overrides?: readonly Override[];
  /** Short for the placement W·x. */
  readonly normalize?: string;
  /** Strategies of the user's own: their kinds are values of every placement. */
  readonly strategies?: readonly NormalizerStrategy[];
  readonly epochs?: number;
  readonly maxSteps?: number;
}

const adam = 'used by adam alone; the usual value';

const rules: SettingsOf<RulePath> = {
  'optimizer.momentum': figure(0.9, 'of the speech models; used by momentum alone'),
  'optimizer.beta1': chosen(0.9, adam),
  'optimizer.beta2': chosen(0.999, adam),
  'optimizer.epsilon': chosen(1e-8, adam),
};

const limits: SettingsOf<
  Exclude<PresetPath, keyof typeof noNormalization | StrategyPath | RulePath | CorpusPath>
> = {
  'schedule.maxSteps': chosen(0, 'after the last epoch'),
  'checkpoints.everySteps': chosen(200),
  'evaluation.maxBatches': chosen(0, 'the whole split'),
  'evaluation.recalibrationBatches': chosen(0, 'the whole epoch'),
};

/** The corpora as they come; also how runs read them before there was a choice. */
export const corpusAsItIs: SettingsOf<CorpusPath> = {
  'data.level': chosen('word', 'as in table 2'),
  'data.split': chosen('files'),
  'data.vocabularySize': chosen(0, 'the vocabulary of the corpus'),
  'data.minCount': chosen(0, 'no limit'),
};

/** What each strategy does unless it is told otherwise; also what runs had before there was a choice. */
export const strategiesAsTheyAre = Object.fromEntries(
  Object.entries<StrategySetting>(ownSettings).map(([name, { value, source }]) => [
    `normalization.${name}`,
    recalled(value, source),
  ]),
) as SettingsOf<StrategyPath>;

const start = { ...noNormalization, ...strategiesAsTheyAre, ...rules, ...corpusAsItIs, ...limits };

/** Every setting of a language model's run: the recipe's, then the preset's changes, then the caller's. */
export function resolveSettings(
  preset: LanguagePreset,
  recipe: Recipe,
  request: SettingsRequest = {},
): LanguageSettings {
  return inOrder('language', {
    ...recipe.shared,
    ...recipe.sizes[preset.size],
    ...(recipe.normalization ?? borrowedNormalization(recipe.name)),
    ...start,
    ...preset.changes,
    ...changesOf('language', request),
  });
}

/** Every setting of a frame classifier's run, in the same order of precedence. */
export function resolveSpeechSettings(
  preset: SpeechPreset,
  recipe: SpeechRecipe,
  request: SettingsRequest = {},
): SpeechSettings {
  return inOrder('speech', {
    ...recipe.settings,
    ...start,
    'checkpoints.everySteps': chosen(50),
    ...preset.changes,
    ...changesOf('speech', request),
  });
}

function inOrder<Of extends Task>(task: Of, settings: SettingsFor<Of>): SettingsFor<Of> {
  const entries = settingPathsOf(task).map((path) => [path, settings[path]]);
  return Object.fromEntries(entries) as SettingsFor<Of>;
}

/** The caller's changes, checked; a later one wins, `--set` over the short flags. */
function changesOf<Of extends Task>(task: Of, request: SettingsRequest): Changes<Of> {
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
  const entries = all.map(({ path, value }) => {
    expectOwn(task, path);
    return [path, user(checkValue(path, value, ownKinds))];
  });
  return Object.fromEntries(entries) as Changes<Of>;
}

const models: Readonly<Record<Task, string>> = {
  language: 'a language model',
  speech: 'a frame classifier',
};

/** @throws UsageError for a setting of the other task alone. */
function expectOwn(task: Task, path: SettingPath): void {
  const own: readonly SettingPath[] = settingPathsOf(task);
  if (own.includes(path)) return;
  const near = nearestPath(path, own);
  throw new UsageError(`--set: ${models[task]} has no setting "${path}".`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `Its settings are: ${own.join(', ')}.`,
  });
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
