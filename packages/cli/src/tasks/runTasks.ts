import { UsageError } from '@bnrnn/core';
import {
  findPreset,
  isOf,
  taskNameOf,
  tasks,
  type RunConfig,
  type Task,
  type TaskName,
} from '@bnrnn/experiments';
import { flagOf } from '../flags';
import { languageTask } from './languageTask';
import type { DataFlags, RandomFlags, RunTask } from './runTask';
import { speechTask } from './speechTask';

/** What the commands know of each task. */
export const runTasks: Readonly<Record<TaskName, RunTask>> = {
  language: languageTask,
  speech: speechTask,
};

/** The task of a preset by name. @throws UsageError listing the presets. */
export function runTaskOfPreset(preset: string): RunTask {
  return runTasks[findPreset(preset).task];
}

/** The task of a run. */
export function runTaskOf(run: Parameters<typeof taskNameOf>[0]): RunTask {
  return runTasks[taskNameOf(run)];
}

/** @throws UsageError for a flag that another task has and this one has not. */
export function refuseOtherFlags(
  { task, needs, flags: own }: RunTask,
  flags: DataFlags & RandomFlags,
) {
  for (const other of Object.values(runTasks)) {
    const found = other.flags.find((name) => flags[name] !== undefined && !own.includes(name));
    if (found === undefined) continue;
    throw new UsageError(
      `${flagOf(found)} is a flag of ${other.task.model}s, and the preset is a ${task.model}.`,
      { hint: needs },
    );
  }
}

/**
 * The configuration of a run that has to be of one task.
 *
 * @param hint  what does the same for other tasks.
 * @throws UsageError where it is of another.
 */
export function expectTask<Of extends TaskName>(
  task: Task<Of>,
  config: RunConfig,
  folder: string,
  hint?: string,
): RunConfig<Of> {
  if (isOf(task, config)) return config;
  const found = tasks[taskNameOf(config)].model;
  throw new UsageError(
    `The run ${folder} is of a ${found}, expected a ${task.model}.`,
    hint === undefined ? {} : { hint },
  );
}
