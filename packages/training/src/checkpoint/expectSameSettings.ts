import { DataError } from '@bnrnn/core';
import type { Checkpoint } from './readCheckpoint';
import type { RunSettings } from './manifest';
import { firstDifference } from './firstDifference';

/**
 * Refuses a checkpoint that another model, or the same with other settings, has written.
 *
 * @throws DataError naming the first difference.
 */
export function expectSameSettings({ path, manifest }: Checkpoint, settings: RunSettings): void {
  const { model: savedModel, others: savedOthers, ...saved } = manifest.settings;
  const { model, others, ...wanted } = settings;
  const byModel = firstDifference(savedModel, asJson(model));
  if (byModel !== undefined) {
    throw new DataError(
      `${path} is a checkpoint of another model: ${byModel.path} is ${byModel.left} there and ${byModel.right} here.`,
      { hint: 'Resume with the settings of that run, or start a new run folder.' },
    );
  }
  // Checkpoints older than the field say nothing of the rest.
  const other =
    firstDifference(saved, asJson(wanted)) ??
    (savedOthers && firstDifference(savedOthers, asJson(others ?? {})));
  if (other === undefined) return;
  throw new DataError(
    `${path} was made with other settings: ${other.path} is ${other.left} there and ${other.right} here.`,
    { hint: 'Resume with the settings of that run, or start a new run folder.' },
  );
}

/** As it would be read back: without keys that are undefined. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
