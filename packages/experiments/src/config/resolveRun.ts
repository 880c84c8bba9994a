import { configVersion, expectNumber, UsageError, type Setting } from '@bnrnn/core';
import type { Preset } from '../presets/preset';
import { findPreset } from '../presets/presets';
import type { TaskName } from '../settings/definition';
import type { SharedSettings } from '../settings/settings';
import type { PresetOf, Task } from '../tasks/task';
import { findRecipe, tasks } from '../tasks/tasks';
import { resolveSettings, type SettingsRequest } from './resolveSettings';
import type { RunConfig, RunDraft, RunFacts, StoredOf } from '../settings/runConfig';

export interface ResolveRunOptions<Of extends TaskName = TaskName> extends SettingsRequest<Of> {
  readonly preset: string;
  /** The task's first recipe unless given: `authors-code`, of frame classifiers `paper-text`. */
  readonly recipe?: string;
  /** 1 unless given. */
  readonly seed?: number;
  /** Where the data lies: of language models a folder, `glosses` or `synthetic`. */
  readonly data: StoredOf[Of]['data'];
  /** The file of each of `strategies`. */
  readonly strategyFiles?: RunConfig['strategies'];
}

/**
 * Decides everything about a run that can be decided before its data and its backend are known: the recipe's settings,
 * the preset's changes, the caller's, each with its source.
 *
 * @throws UsageError for an unknown preset, recipe or value, a preset of another task, and for settings that cannot go
 *   together.
 */
export function resolveRun<Of extends TaskName>(
  task: Task<Of>,
  options: ResolveRunOptions<Of>,
): RunDraft<Of> {
  const { seed = 1, strategies = [], strategyFiles = [], data } = options;
  const preset = presetOf(task, options.preset);
  const recipe = findRecipe(task, options.recipe);
  const settings = resolveSettings(task, preset, recipe, options);
  task.refuse(settings, strategies);
  expectNumber('--seed', seed, { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER });
  const draft = {
    version: configVersion,
    preset: preset.name,
    baseline: baselineIn(preset, settings),
    recipe: recipe.name,
    seed,
    ...(strategyFiles.length > 0 && { strategies: strategyFiles }),
    unit: task.unitOf(settings),
    data,
    settings,
  };
  return draft as RunDraft<Of>;
}

/**
 * The configuration of a drafted run, once its data and its backend are known. What is left out of the facts: products
 * in float32, no command, an unknown commit.
 */
export function completeRun<Draft extends RunDraft>(
  draft: Draft,
  facts: Pick<RunFacts, 'backend' | 'corpus'> & Partial<RunFacts>,
): Draft & RunFacts {
  const unsaid = { precision: 'float32', command: '', commit: 'unknown', versions: {} } as const;
  const all: RunFacts = { ...unsaid, ...facts };
  return { ...all, ...draft };
}

/** The preset of that name. @throws UsageError where it is of another task. */
function presetOf<Of extends TaskName>(task: Task<Of>, name: string): PresetOf<Of> {
  const preset = findPreset(name);
  const isOwn = (one: Preset): one is PresetOf<Of> => one.task === task.name;
  if (isOwn(preset)) return preset;
  throw new UsageError(
    `The preset ${name} is a ${tasks[preset.task].model}, expected a ${task.model}.`,
  );
}

/** What a run is measured against: its preset's baseline, or the preset itself that the caller normalizes. */
function baselineIn({ name, baseline }: Preset, settings: SharedSettings): string | null {
  if (baseline !== undefined) return baseline;
  const normalizes = Object.entries<Setting>(settings).some(
    ([path, { value }]) => path.startsWith('model.normalize.') && value !== 'none',
  );
  return normalizes ? name : null;
}
