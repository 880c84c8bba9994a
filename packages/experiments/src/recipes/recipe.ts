import type { PathOf, SettingPath } from '../settings/settingDefinitions';
import type { SettingsOf } from '../settings/settings';

/** The three language models of the paper's table 2. */
export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

/** Where the activations of a cell may be normalized. */
export type PlacementPath = Extract<SettingPath, `model.normalize.${string}`>;

/** The settings that one normalization strategy has alone. */
export type StrategyPath = Extract<SettingPath, `normalization.${string}.${string}`>;

/** The settings that the normalizers share, one set for every placement of a run. */
export type NormalizationPath = Exclude<
  Extract<SettingPath, `normalization.${string}`>,
  StrategyPath
>;

/** The numbers of the update rules, so that `--set optimizer.kind=...` can choose any of them. */
export type RulePath =
  'optimizer.momentum' | 'optimizer.beta1' | 'optimizer.beta2' | 'optimizer.epsilon';

/** How a text becomes tokens. */
export type CorpusPath = 'data.level' | 'data.split' | 'data.vocabularySize' | 'data.minCount';

/** What an experiment decides rather than a recipe. */
export type PresetPath =
  | PlacementPath
  | StrategyPath
  | RulePath
  | CorpusPath
  | 'data.trainShare'
  | 'schedule.maxSteps'
  | 'checkpoints.everySteps'
  | 'evaluation.maxBatches'
  | 'evaluation.recalibrationBatches';

type SizedPath =
  | 'model.units'
  | 'model.initRange'
  | 'model.dropout'
  | 'data.time'
  | 'optimizer.maxGradientNorm'
  | 'schedule.epochs'
  | 'schedule.firstDecayedEpoch'
  | 'schedule.decayEvery'
  | 'schedule.decayFactor';

type SharedPath = Exclude<PathOf<'language'>, SizedPath | NormalizationPath | PresetPath>;

interface Titled {
  readonly name: string;
  /** Whose recipe it is, one line. */
  readonly title: string;
}

/** How one source trained the language models: every value with its own tag. */
export interface LanguageRecipe extends Titled {
  readonly shared: SettingsOf<SharedPath>;
  readonly sizes: Readonly<Record<Size, SettingsOf<SizedPath>>>;
  /** The source's settings of batch normalization; absent where it has none. */
  readonly normalization?: SettingsOf<NormalizationPath>;
}

/** How one source trained the frame classifiers: every value with its own tag. */
export interface SpeechRecipe extends Titled {
  readonly settings: SettingsOf<Exclude<PathOf<'speech'>, PresetPath>>;
}
