import { expectOneOf, type Unit } from '@bnrnn/core';
import type { RunConfig } from '../settings/runConfig';
import type { TaskName } from '../settings/definition';
import { language } from './language';
import { speech } from './speech';
import type { RecipeOf, Task } from './task';

/** The task values, by name. */
export const tasks: { readonly [Of in TaskName]: Task<Of> } = { language, speech };

/** The task of a run, told by what its model predicts. */
export function taskNameOf({ unit }: { readonly unit: Unit }): TaskName {
  return unit === 'frame' ? 'speech' : 'language';
}

/** Whether a run is of a task. */
export function isOf<Of extends TaskName>(
  task: Task<Of>,
  run: RunConfig,
): run is RunConfig & RunConfig<Of> {
  return taskNameOf(run) === task.name;
}

/** The recipe of that name, the task's first where none is named. @throws UsageError listing the names. */
export function findRecipe<Of extends TaskName>(task: Task<Of>, name?: string): RecipeOf<Of> {
  const [first] = task.recipes;
  if (name === undefined) return first;
  const names = task.recipes.map((recipe) => recipe.name);
  const found = expectOneOf(`--recipe of a ${task.model}`, name, names);
  return task.recipes.find((recipe) => recipe.name === found) ?? first;
}
