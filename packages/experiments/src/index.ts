export { benchPreset, type BenchOptions, type BenchResult } from './bench/benchPreset';
export { languageSubject, speechSubject, type BenchSubject } from './bench/benchSubject';
export { productFlops, productList, type StepProduct } from './bench/productList';
export { buildModel, buildSpeechModel } from './build/buildModel';
export { buildSpeechTraining, buildTraining } from './build/buildTraining';
export { loadCorpus, type LoadedCorpus } from './build/loadCorpus';
export { modelSpec, speechModelSpec, type FrameSizes } from './build/modelSpec';
export { parameterCount } from './build/parameterCount';
export { runBatches } from './build/runBatches';
export type { TrainingPlan } from './build/trainingPlan';
export {
  resolveRun,
  resolveSpeechRun,
  type ResolveRunOptions,
  type ResolveSpeechRunOptions,
} from './config/resolveRun';
export {
  resolveSettings,
  resolveSpeechSettings,
  type SettingsRequest,
} from './config/resolveSettings';
export {
  parseRunConfig,
  type LanguageRunConfig,
  type RunConfig,
  type SpeechRunConfig,
} from './config/runConfig';
export type { SpeechFiles } from './config/speechFiles';
export {
  noNormalization,
  vary,
  type LanguagePreset,
  type Preset,
  type SpeechPreset,
} from './presets/preset';
export {
  findLanguagePreset,
  findPreset,
  findSpeechPreset,
  languagePresets,
  presets,
  speechPresets,
} from './presets/presets';
export { tiny, tinySpeech } from './presets/tiny';
export {
  sizes,
  type NormalizationPath,
  type PlacementPath,
  type Recipe,
  type Size,
} from './recipes/recipe';
export { defaultRecipe, findRecipe, recipes } from './recipes/recipes';
export type { SpeechRecipe } from './recipes/speechRecipe';
export { defaultSpeechRecipe, findSpeechRecipe, speechRecipes } from './recipes/speechRecipes';
export {
  normalizationChoices,
  tasks,
  type SettingDefinition,
  type Task,
} from './settings/definition';
export { overrideReader, readOverride, type Override } from './settings/readSetting';
export { sources, type Setting, type SettingValue, type Source } from './settings/setting';
export {
  settingDefinitions,
  settingPaths,
  settingPathsOf,
  type PathOf,
  type SettingPath,
} from './settings/settingDefinitions';
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
export { readSeeds } from './plan/seeds';
export type { PaperCurve, PaperFigure } from './paper/paperFigures';
export {
  reproducedRows,
  reproductions,
  type PaperNumbers,
  type ReproducedRow,
  type Reproduction,
} from './paper/reproductions';
