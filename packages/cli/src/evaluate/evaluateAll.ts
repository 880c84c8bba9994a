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
  /** The batches of each split. */
  readonly sources: readonly BatchSource[];
  /** The training batches, for recalibrated statistics. */
  readonly trainSource: BatchSource;
  readonly choices: readonly StatisticsChoice[];
}

const now = (): number => performance.now();

/** Of each split one result for each choice; without statistics to choose the choices are one and the same. */
export async function evaluateAll(
  io: Io,
  { model, settings, sources, trainSource, choices }: EvaluateAllOptions,
): Promise<EvaluateResult[][]> {
  const limits = limitOf(settings['evaluation.maxBatches'].value);
  const { maxBatches = Infinity } = limits;
  for (const { batchesPerEpoch: all } of sources) {
    if (maxBatches >= all) continue;
    io.note(`evaluation.maxBatches: the first ${maxBatches} of ${all} batches`);
  }
  const evaluateUnder = async (statistics: StatisticsChoice, recalibration?: Recalibration) => {
    const label = `${statistics} statistics`;
    const found: EvaluateResult[] = [];
    for (const source of sources) {
      const read = watched(io, source, { label, now, ...mostOf(limits) });
      const under = { statistics, ...(recalibration !== undefined && { recalibration }) };
      found.push(await evaluate({ model, source: read, ...under, ...limits }));
    }
    return found;
  };
  if (!dependsOnStatistics(model)) {
    const found = await evaluateUnder('running');
    return found.map((result) => choices.map((statistics) => ({ ...result, statistics })));
  }
  const results: EvaluateResult[][] = sources.map(() => []);
  for (const statistics of choices) {
    const recalibration =
      statistics === 'recalibrated'
        ? await recalibrated(io, { model, settings, trainSource })
        : undefined;
    const found = await evaluateUnder(statistics, recalibration);
    recalibration?.dispose();
    for (const [k, result] of found.entries()) results[k]?.push(result);
  }
  return results;
}

async function recalibrated(
  io: Io,
  { model, settings, trainSource }: Pick<EvaluateAllOptions, 'model' | 'settings' | 'trainSource'>,
): Promise<Recalibration> {
  const training = limitOf(settings['evaluation.recalibrationBatches'].value);
  const source = watched(io, trainSource, { label: 'recalibration', now, ...mostOf(training) });
  const recalibration = await recalibrate({ model, source, ...training });
  io.note(`recalibrated over ${recalibration.batches} training batches`);
  return recalibration;
}

/** A limit as `evaluate` and `recalibrate` take it: absent where the setting is 0. */
function limitOf(most: number): { maxBatches?: number } {
  return most > 0 ? { maxBatches: most } : {};
}

function mostOf({ maxBatches }: { maxBatches?: number }): { most?: number } {
  return maxBatches === undefined ? {} : { most: maxBatches };
}
