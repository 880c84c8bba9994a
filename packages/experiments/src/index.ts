export { benchPreset, type BenchOptions, type BenchResult } from './bench/benchPreset';
export { productFlops, productList, type StepProduct } from './bench/productList';
export { buildModel } from './build/buildModel';
export { buildTraining, runBatches, type TrainingPlan } from './build/buildTraining';
export { loadCorpus, type LoadedCorpus } from './build/loadCorpus';
export { modelSpec } from './build/modelSpec';
export { parameterCount } from './build/parameterCount';
export { resolveRun, type ResolveRunOptions } from './config/resolveRun';
export { resolveSettings, type SettingsRequest } from './config/resolveSettings';
export { parseRunConfig, type RunConfig } from './config/runConfig';
export { noNormalization, vary, type Preset } from './presets/preset';
export { findPreset, presets } from './presets/presets';
export { tiny } from './presets/tiny';
export {
  sizes,
  type NormalizationPath,
  type PlacementPath,
  type Recipe,
  type Size,
} from './recipes/recipe';
export { defaultRecipe, findRecipe, recipes } from './recipes/recipes';
export { readOverride, type Override } from './settings/readSetting';
export { sources, type Setting, type SettingValue, type Source } from './settings/setting';
export {
  normalizationChoices,
  settingDefinitions,
  settingPaths,
  type NormalizationChoice,
  type SettingDefinition,
  type SettingPath,
} from './settings/settingDefinitions';
export type { Changes, Settings, SettingsOf, ValueAt } from './settings/settings';
