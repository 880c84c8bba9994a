import type { Override, RunDraft } from '@bnrnn/experiments';
import type { Io } from '../io';
import type { OwnStrategy } from '../ownStrategy';
import { refuseOtherFlags, runTaskOf, runTaskOfPreset } from '../tasks/runTasks';
import type { PlanFlags } from './planFlags';

/** What a run changes of its preset. */
export interface RunVariant {
  readonly preset: string;
  readonly seed: number;
  readonly overrides: readonly Override[];
}

/**
 * The configuration of a run before its data is read: everything that can be refused is refused here.
 *
 * @throws UsageError as `train` does.
 */
export function draftRun(
  { preset, seed, overrides }: RunVariant,
  flags: PlanFlags,
  { strategies, files }: OwnStrategy,
): RunDraft {
  const { recipe, epochs, maxSteps } = flags;
  const request = {
    preset,
    seed,
    overrides,
    strategies,
    strategyFiles: files,
    ...(recipe !== undefined && { recipe }),
    ...(epochs !== undefined && { epochs }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
  const task = runTaskOfPreset(preset);
  refuseOtherFlags(task, flags);
  return task.draft(request, flags);
}

/** How many batches a run trains and validates on, and of what. */
export interface RunLength {
  readonly steps: number;
  /** Distinct tokens, where the data is a text. */
  readonly vocabulary?: number;
  /** Batches of one pass over the training data and over the validation data. */
  readonly trainBatches: number;
  readonly validBatches: number;
}

/** Opens the data of a drafted run and counts. @throws as `train` does where the data cannot be read. */
export async function lengthOf(io: Io, draft: RunDraft): Promise<RunLength> {
  const data = await runTaskOf(draft).open(io, draft);
  try {
    const { train, valid } = data.batches();
    const { settings } = draft;
    const trainBatches = train.batchesPerEpoch;
    const all = trainBatches * settings['schedule.epochs'].value;
    const most = settings['schedule.maxSteps'].value;
    const { spec } = data;
    return {
      ...(spec.kind === 'languageModel' && { vocabulary: spec.vocabulary }),
      steps: most > 0 ? Math.min(all, most) : all,
      trainBatches,
      validBatches: valid.batchesPerEpoch,
    };
  } finally {
    await data.close();
  }
}
