import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  parseResult,
  type LeftOut,
  type RunEvaluation,
  type RunEvent,
  type RunEventOf,
  type RunResult,
} from '@bnrnn/core';
import type { Run } from '@bnrnn/reporting';
import { readJson, runFiles, writeJson } from '../runFolder';
import { takeFolder } from '../takeFolder';

/** `result.json` as `train` writes it. */
export type TrainResult = RunResult;

/** Writes `result.json` from the events of a run and what of its data it did not use. */
export async function writeResult(
  { folder, config, events }: Pick<Run, 'folder' | 'config' | 'events'>,
  leftOut: readonly LeftOut[],
  diverged?: { readonly step: number; readonly message: string },
): Promise<TrainResult> {
  const result = {
    ...resultOf(events),
    precision: config.precision,
    ...(leftOut.length > 0 && { leftOut }),
    ...(diverged !== undefined && {
      diverged: { step: diverged.step, message: diverged.message },
    }),
  };
  await writeJson(folder, runFiles.result, result);
  return result;
}

/**
 * What a run's events come to: losses, speed, the last evaluation under each choice of statistics.
 *
 * The speed is all units over all seconds of training steps. A run that diverged after its last end, or without one,
 * has these seconds as its own.
 */
export function resultOf(events: readonly RunEvent[]): TrainResult {
  const of = <Type extends RunEvent['type']>(type: Type) =>
    events.filter((event): event is RunEventOf<Type> => event.type === type);
  const steps = of('step');
  const last = steps.at(-1);
  const end = of('end').at(-1);
  const units = steps.reduce((sum, step) => sum + step.units, 0);
  const seconds = steps.reduce(
    (sum, step) => sum + (step.unitsPerSecond > 0 ? step.units / step.unitsPerSecond : 0),
    0,
  );
  const evaluations = of('evaluation');
  const best = bestOf(evaluations);
  return {
    steps: last?.step ?? 0,
    epochs: of('epoch').length,
    firstLoss: steps[0]?.loss ?? 0,
    lastLoss: last?.loss ?? 0,
    unitsPerSecond: seconds > 0 ? units / seconds : 0,
    seconds: end !== undefined && end.step >= (last?.step ?? 0) ? end.seconds : seconds,
    ...(best !== undefined && { best }),
    evaluations: latest(evaluations),
  };
}

/**
 * Adds evaluations to a run's `result.json`, where it has one; one of the same split and statistics is replaced.
 *
 * @throws UsageError while another process has the run; DataError when the result cannot be read or written.
 */
export async function addEvaluations(
  folder: string,
  added: readonly RunEvaluation[],
): Promise<void> {
  const file = join(folder, runFiles.result);
  if (!existsSync(file)) return;
  const { release } = takeFolder(folder);
  try {
    const result = parseResult(readJson(file), file);
    await writeJson(folder, runFiles.result, {
      ...result,
      evaluations: latest([...result.evaluations, ...added]),
    });
  } finally {
    release();
  }
}

function bestOf(evaluations: readonly RunEventOf<'evaluation'>[]): RunResult['best'] {
  const first = evaluations.find(({ split }) => split === 'valid');
  if (first === undefined) return undefined;
  const best = evaluations
    .filter(({ split, statistics }) => split === 'valid' && statistics === first.statistics)
    .reduce((a, b) => (b.nllPerUnit < a.nllPerUnit ? b : a));
  const { epoch, nllPerUnit, perplexity, frameErrorRate } = best;
  return { epoch, nllPerUnit, perplexity, ...(frameErrorRate !== undefined && { frameErrorRate }) };
}

/** The last of each split and choice of statistics, with the fields a result keeps. */
function latest(evaluations: readonly RunEvaluation[]): RunEvaluation[] {
  const byKind = new Map<string, RunEvaluation>();
  for (const one of evaluations) {
    const { split, statistics, nllPerUnit, perplexity } = one;
    const { perplexityMeanOfBatches, frameErrorRate, recalibrationBatches, units } = one;
    byKind.set(`${split} ${statistics}`, {
      split,
      statistics,
      nllPerUnit,
      perplexity,
      perplexityMeanOfBatches,
      ...(frameErrorRate !== undefined && { frameErrorRate }),
      ...(recalibrationBatches !== undefined && { recalibrationBatches }),
      ...(units !== undefined && { units }),
    });
  }
  return [...byKind.values()];
}
