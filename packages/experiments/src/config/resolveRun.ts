import { expectNumber, type CorpusInfo } from '@bnrnn/core';
import { findPreset } from '../presets/presets';
import { defaultRecipe, findRecipe } from '../recipes/recipes';
import { refuseImpossible } from './refuseImpossible';
import { resolveSettings, type SettingsRequest } from './resolveSettings';
import type { RunConfig } from './runConfig';

export interface ResolveRunOptions extends SettingsRequest {
  readonly preset: string;
  /** `authors-code` unless given. */
  readonly recipe?: string;
  /** 1 unless given. */
  readonly seed?: number;
  /** The backend that computes, by name. */
  readonly backend: string;
  readonly corpus: CorpusInfo;
  /** Where the corpus was found: a folder, `glosses` or `synthetic`. */
  readonly data: string;
  readonly command?: string;
  readonly commit?: string;
  readonly versions?: Readonly<Record<string, string>>;
}

/**
 * Decides everything about a run before it starts: the recipe's settings, the preset's changes, the
 * caller's, each with its source.
 *
 * @throws UsageError for an unknown preset, recipe or value, and for settings that cannot go together.
 */
export function resolveRun(options: ResolveRunOptions): RunConfig {
  const {
    seed = 1,
    backend,
    corpus,
    data,
    command = '',
    commit = 'unknown',
    versions = {},
  } = options;
  const preset = findPreset(options.preset);
  const recipe = findRecipe(options.recipe ?? defaultRecipe);
  const settings = resolveSettings(preset, recipe, options);
  refuseImpossible(settings);
  return {
    preset: preset.name,
    recipe: recipe.name,
    backend,
    seed: expectNumber('--seed', seed, { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER }),
    unit: preset.unit,
    corpus,
    data,
    command,
    commit,
    versions,
    settings,
  };
}
