import type { BatchSource, StatisticsChoice } from '@bnrnn/core';
import type { SharedSettings } from '@bnrnn/experiments';
import type { SequenceModel } from '@bnrnn/recurrent';
import {
  dependsOnStatistics,
  evaluate,
  recalibrate,
  type EvaluateResult,
  type Recalibration,
} from '@bnrnn/training';
import type { Io } from '../io';
import { watched } from '../watched';

export interface EvaluateAllOptions {
  readonly model: SequenceModel;
  readonly settings: SharedSettings;
  /** The split's batches. */
  readonly source: BatchSource;
  /** The training batches, for recalibrated statistics. */
  readonly trainSource: BatchSource;
  readonly choices: readonly StatisticsChoice[];
}

const now = (): number => performance.now();

/** One result for each choice; without statistics to choose the choices are one and the same. */
export async function evaluateAll(
  io: Io,
  { model, settings, source, trainSource, choices }: EvaluateAllOptions,
): Promise<EvaluateResult[]> {
  const limits = limitOf(settings['evaluation.maxBatches'].value);
  if (limits.maxBatches !== undefined && limits.maxBatches < source.batchesPerEpoch) {
    const all = source.batchesPerEpoch;
    io.note(`evaluation.maxBatches: the first ${limits.maxBatches} of ${all} batches`);
  }
  const evaluateUnder = (statistics: StatisticsChoice, recalibration?: Recalibration) =>
    evaluate({
      model,
      source: watched(io, source, { label: `${statistics} statistics`, now, ...mostOf(limits) }),
      statistics,
      ...limits,
      ...(recalibration !== undefined && { recalibration }),
    });
  if (!dependsOnStatistics(model)) {
    const result = await evaluateUnder('running');
    return choices.map((statistics) => ({ ...result, statistics }));
  }
  const results: EvaluateResult[] = [];
  for (const statistics of choices) {
    if (statistics !== 'recalibrated') {
      results.push(await evaluateUnder(statistics));
      continue;
    }
    const training = limitOf(settings['evaluation.recalibrationBatches'].value);
    const read = watched(io, trainSource, { label: 'recalibration', now, ...mostOf(training) });
    const recalibration = await recalibrate({ model, source: read, ...training });
    io.note(`recalibrated over ${recalibration.batches} training batches`);
    results.push(await evaluateUnder(statistics, recalibration));
    recalibration.dispose();
  }
  return results;
}

/** A limit as `evaluate` and `recalibrate` take it: absent where the setting is 0. */
function limitOf(most: number): { maxBatches?: number } {
  return most > 0 ? { maxBatches: most } : {};
}

function mostOf({ maxBatches }: { maxBatches?: number }): { most?: number } {
  return maxBatches === undefined ? {} : { most: maxBatches };
}
