export { benchPreset, type BenchOptions, type BenchResult } from './bench/benchPreset';
export { benchSubject, type BenchSubject } from './bench/benchSubject';
export { productFlops, productList, type StepProduct } from './bench/productList';
export { expectCorpusName, loadCorpus, type LoadedCorpus } from './build/loadCorpus';
export type { FrameSizes, TextSizes } from './build/modelSpec';
export { parameterCount } from './build/parameterCount';
export { runBatches } from './build/runBatches';
export { trainingPlan, type TrainingPlan } from './build/trainingPlan';
export { completeRun, resolveRun, type ResolveRunOptions } from './config/resolveRun';
export { resolveSettings, type SettingsRequest } from './config/resolveSettings';
export { parseRunConfig, withYoungerSettings } from './config/parseRunConfig';
export type {
  LanguageRunConfig,
  RunConfig,
  RunDraft,
  RunFacts,
  SpeechRunConfig,
} from './settings/runConfig';
export {
  noNormalization,
  vary,
  type LanguagePreset,
  type Preset,
  type SpeechPreset,
} from './presets/preset';
export { findPreset, presets } from './presets/presets';
export {
  sizes,
  type NormalizationPath,
  type LanguageRecipe,
  type PlacementPath,
  type Size,
  type SpeechRecipe,
} from './recipes/recipe';
export { normalizationChoices, type SettingDefinition, type TaskName } from './settings/definition';
export { overrideReader, readOverride, type Override } from './settings/readSetting';
export { settingPathsOf, type PathOf, type SettingPath } from './settings/settingDefinitions';
export type {
  Changes,
  LanguageSettings,
  SettingsFor,
  SettingsOf,
  SharedSettings,
  SpeechSettings,
  ValueAt,
} from './settings/settings';
export { classCounts, logPriors } from './speech/classCounts';
export {
  evaluationBatches,
  openAlignments,
  openSpeechCorpus,
  trainingBatches,
  type SpeechCorpus,
} from './speech/openSpeechCorpus';
export {
  openFeatureTable,
  openSpeechSplit,
  type FeatureSettings,
  type OpenSplitOptions,
  type SpeechSplit,
} from './speech/openSpeechSplit';
export { drawPoints, gridOf, readAxis, type Axis } from './plan/axis';
export { findRecipe, isOf, taskNameOf, tasks } from './tasks/tasks';
export type { PresetOf, RecipeOf, Task } from './tasks/task';
export { readSeeds } from './plan/seeds';
export type { PaperCurve, PaperFigure } from './paper/paperFigures';
export {
  reproducedRows,
  reproductions,
  type PaperNumbers,
  type ReproducedRow,
  type Reproduction,
} from './paper/reproductions';
