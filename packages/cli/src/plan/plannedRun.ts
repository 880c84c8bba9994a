import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, type Setting } from '@bnrnn/core';
import type { Override } from '@bnrnn/experiments';
import type { Run } from '@bnrnn/reporting';
import { readRun } from '@bnrnn/reporting/node';
import { hasCheckpoint, readConfig, runFiles } from '../runFolder';

/** One run of a plan. */
export interface PlannedRun {
  /** The name of its folder. */
  readonly name: string;
  readonly preset: string;
  readonly recipe: string;
  readonly seed: number;
  /** What it changes of its preset. */
  readonly overrides: readonly Override[];
}

/**
 * How far a run has come. `trained` has ended and is not evaluated yet; `diverged` has ended with a loss
 * that is no number, which is an outcome.
 */
type RunState = 'absent' | 'started' | 'trained' | 'evaluated' | 'diverged';

/** Where a planned run stands, and the run as its folder holds it, where it has begun. */
export interface Standing {
  readonly state: RunState;
  readonly run: Run | undefined;
}

/**
 * Looks at the folder of a planned run.
 *
 * @throws UsageError where it holds another run than the planned one.
 */
export async function standingOf(planned: PlannedRun, folder: string): Promise<Standing> {
  if (!existsSync(join(folder, runFiles.config))) return { state: 'absent', run: undefined };
  expectSameRun(planned, folder);
  const run = await readRun(folder);
  const { result } = run;
  if (result?.diverged !== undefined) return { state: 'diverged', run };
  const end = run.events.findLast(({ type }) => type === 'end');
  const ended = end?.type === 'end' && end.reason !== 'interrupted' && run.events.at(-1) === end;
  if (!ended || result === undefined) {
    return { state: hasCheckpoint(folder) ? 'started' : 'absent', run };
  }
  const isEvaluated = result.evaluations.some(
    ({ split, statistics }) => split === 'valid' && statistics === 'recalibrated',
  );
  return { state: isEvaluated ? 'evaluated' : 'trained', run };
}

function expectSameRun(planned: PlannedRun, folder: string): void {
  const config = readConfig(folder);
  const settings: Readonly<Record<string, Setting>> = config.settings;
  const differs =
    config.preset !== planned.preset ||
    config.recipe !== planned.recipe ||
    config.seed !== planned.seed ||
    planned.overrides.some(({ path, value }) => settings[path]?.value !== value);
  if (!differs) return;
  throw new UsageError(
    `${folder} holds another run: ${config.preset}, recipe ${config.recipe}, seed ${config.seed}, or other settings.`,
    { hint: 'Name another folder with --out, or move that run away.' },
  );
}
