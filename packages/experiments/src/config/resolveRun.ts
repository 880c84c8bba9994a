import { expectNumber, type CorpusInfo } from '@bnrnn/core';
import { placements } from '@bnrnn/recurrent';
import type { Precision } from '@bnrnn/tensor-backend';
import type { Preset } from '../presets/preset';
import { findLanguagePreset, findSpeechPreset } from '../presets/presets';
import { defaultRecipe, findRecipe } from '../recipes/recipes';
import { defaultSpeechRecipe, findSpeechRecipe } from '../recipes/speechRecipes';
import { chosen } from '../settings/setting';
import type { SharedSettings } from '../settings/settings';
import { refuseImpossible, refuseImpossibleSpeech } from './refuseImpossible';
import { resolveSettings, resolveSpeechSettings, type SettingsRequest } from './resolveSettings';
import {
  configVersion,
  type LanguageRunConfig,
  type RunConfig,
  type SpeechRunConfig,
} from './runConfig';
import type { SpeechFiles } from './speechFiles';

interface RunRequest extends SettingsRequest {
  readonly preset: string;
  /** The task's first recipe unless given: `authors-code`, of frame classifiers `paper-text`. */
  readonly recipe?: string;
  /** 1 unless given. */
  readonly seed?: number;
  /** The backend that computes, by name. */
  readonly backend: string;
  /** How many threads it computes with. */
  readonly threads?: number;
  /** The library of its matrix products, null where it is none. */
  readonly blas?: string | null;
  /** What the operands of its matrix products are rounded to. */
  readonly precision?: Precision;
  readonly corpus: CorpusInfo;
  /** The file of each of `strategies`. */
  readonly strategyFiles?: RunConfig['strategies'];
  readonly command?: string;
  readonly commit?: string;
  readonly versions?: Readonly<Record<string, string>>;
}

export interface ResolveRunOptions extends RunRequest {
  /** Where the corpus was found: a folder, `glosses` or `synthetic`. */
  readonly data: string;
}

export interface ResolveSpeechRunOptions extends RunRequest {
  readonly data: SpeechFiles;
  /** False where the data directories have no `cmvn.scp`: then none is applied unless asked for. */
  readonly speakerStatistics?: boolean;
}

/**
 * Decides everything about a language model's run before it starts: the recipe's settings, the
 * preset's changes, the caller's, each with its source.
 *
 * @throws UsageError for an unknown preset, recipe or value, and for settings that cannot go together.
 */
export function resolveRun(options: ResolveRunOptions): LanguageRunConfig {
  const preset = findLanguagePreset(options.preset);
  const recipe = findRecipe(options.recipe ?? defaultRecipe);
  const settings = resolveSettings(preset, recipe, options);
  refuseImpossible(settings, options.strategies ?? []);
  const unit = settings['data.level'].value;
  return {
    ...identity(options, recipe.name, baselineIn(preset, settings)),
    unit,
    data: options.data,
    settings,
  };
}

/**
 * Decides everything about a frame classifier's run in the same way.
 *
 * @throws UsageError as `resolveRun` does.
 */
export function resolveSpeechRun(options: ResolveSpeechRunOptions): SpeechRunConfig {
  const preset = findSpeechPreset(options.preset);
  const recipe = findSpeechRecipe(options.recipe ?? defaultSpeechRecipe);
  const resolved = resolveSpeechSettings(preset, recipe, options);
  const { speakerStatistics = true, data } = options;
  const settings =
    speakerStatistics || resolved['data.cmvn'].source === 'user'
      ? resolved
      : { ...resolved, 'data.cmvn': chosen('none', 'the data directories have no cmvn.scp') };
  refuseImpossibleSpeech(settings, options.strategies ?? []);
  return {
    ...identity(options, recipe.name, baselineIn(preset, settings)),
    unit: 'frame',
    data,
    settings,
  };
}

/** What a run is measured against: its preset's baseline, or the preset itself that the caller normalizes. */
function baselineIn({ name, baseline }: Preset, settings: SharedSettings): string | null {
  if (baseline !== undefined) return baseline;
  const normalizes = placements.some((at) => settings[`model.normalize.${at}`].value !== 'none');
  return normalizes ? name : null;
}

function identity(options: RunRequest, recipe: string, baseline: string | null) {
  const { preset, backend, corpus, seed = 1 } = options;
  const { command = '', commit = 'unknown', versions = {}, threads, blas, precision } = options;
  expectNumber('--seed', seed, { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER });
  const computes = {
    backend,
    ...(threads !== undefined && { threads }),
    ...(blas !== undefined && { blas }),
    ...(precision !== undefined && { precision }),
  };
  const files = options.strategyFiles;
  const own = files === undefined || files.length === 0 ? {} : { strategies: files };
  const version = configVersion;
  return {
    version,
    preset,
    baseline,
    recipe,
    ...computes,
    seed,
    corpus,
    ...own,
    command,
    commit,
    versions,
  };
}
