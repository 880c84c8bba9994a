import { join } from 'node:path';
import type { RunConfig } from '@bnrnn/experiments';
import { placements } from '@bnrnn/recurrent';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import { runFiles } from '../runFolder';
import type { TrainResult } from './writeResult';

/** The fields of `train --json`. */
export function trainJson(config: RunConfig, folder: string, result: TrainResult) {
  const { preset, recipe, backend, seed } = config;
  const { steps, firstLoss, lastLoss, unitsPerSecond } = result;
  const validation = result.evaluations
    .filter(({ split }) => split === 'valid')
    .map(({ statistics, nllPerUnit, perplexity, perplexityMeanOfBatches }) => ({
      statistics,
      nllPerWord: nllPerUnit,
      perplexity,
      perplexityMeanOfBatches,
    }))[0];
  return {
    preset,
    recipe,
    backend,
    seed,
    steps,
    firstLoss,
    lastLoss,
    unitsPerSecond,
    runFolder: folder,
    validation: validation ?? null,
  };
}

/** What a finished run says to a reader. */
export function summaryLines(
  { settings }: RunConfig,
  folder: string,
  backend: BackendInfo,
  result: TrainResult,
): string[] {
  const { steps, firstLoss, lastLoss, unitsPerSecond, evaluations } = result;
  // Statistics are a choice only where something is normalized over the batch.
  const choosable = placements.some((at) => settings[`model.normalize.${at}`].value === 'frame');
  return [
    `${steps} steps: loss ${firstLoss.toFixed(3)} -> ${lastLoss.toFixed(3)} nats per word, ` +
      `${Math.round(unitsPerSecond).toLocaleString('en-US')} words/s on ${backend.name}`,
    ...evaluations.map(({ split, statistics, nllPerUnit, perplexity }) => {
      const choice = choosable ? ` (${statistics} statistics)` : '';
      return `${split}: ${nllPerUnit.toFixed(3)} nats per word, perplexity ${perplexity.toFixed(2)}${choice}`;
    }),
    `run folder: ${folder}`,
    `report: ${join(folder, runFiles.report)}`,
  ];
}
