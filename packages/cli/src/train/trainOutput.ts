import { join } from 'node:path';
import type { RunConfig } from '@bnrnn/experiments';
import { placements } from '@bnrnn/recurrent';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import { evaluationJson, evaluationText } from '../evaluate/evaluateOutput';
import { runFiles } from '../runFolder';
import type { TrainResult } from './writeResult';

/** The fields of `train --json`. */
export function trainJson(config: RunConfig, folder: string, result: TrainResult) {
  const { preset, recipe, backend, precision, seed, unit } = config;
  const { steps, firstLoss, lastLoss, unitsPerSecond } = result;
  const validation = result.evaluations.find(({ split }) => split === 'valid');
  return {
    preset,
    recipe,
    backend,
    precision,
    seed,
    steps,
    firstLoss,
    lastLoss,
    unitsPerSecond,
    runFolder: folder,
    validation: validation === undefined ? null : evaluationJson(unit, validation),
  };
}

/** What a finished run says to a reader. */
export function summaryLines(
  { settings, unit }: RunConfig,
  folder: string,
  backend: BackendInfo,
  result: TrainResult,
): string[] {
  const { steps, firstLoss, lastLoss, unitsPerSecond, evaluations } = result;
  // Statistics are a choice only where something is normalized over the batch.
  const choosable = placements.some((at) =>
    ['frame', 'sequence'].includes(settings[`model.normalize.${at}`].value),
  );
  return [
    `${steps} steps: loss ${firstLoss.toFixed(3)} -> ${lastLoss.toFixed(3)} nats per ${unit}, ` +
      `${Math.round(unitsPerSecond).toLocaleString('en-US')} ${unit}s/s on ${backend.name}`,
    ...evaluations.map((evaluation) => {
      const choice = choosable ? ` (${evaluation.statistics} statistics)` : '';
      return `${evaluation.split}: ${evaluationText(unit, evaluation)}${choice}`;
    }),
    `run folder: ${folder}`,
    `report: ${join(folder, runFiles.report)}`,
  ];
}
