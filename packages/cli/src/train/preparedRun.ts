import { trainingPlan, type RunConfig, type TrainingPlan } from '@bnrnn/experiments';
import { modelFromSpec, type FromSpecOptions, type SequenceModel } from '@bnrnn/recurrent';
import type { RunData } from '../tasks/runTask';

/** A run that can start: what `trainRun` needs of any task. */
export interface PreparedRun extends Pick<RunData, 'leftOut'> {
  readonly config: RunConfig;
  readonly plan: TrainingPlan;
  /** A new model on the active backend, the caller's to dispose. */
  makeModel(): SequenceModel;
  /** What else the run folder holds, by file name: plain JSON. */
  readonly files: Readonly<Record<string, unknown>>;
}

/**
 * Makes a run of its configuration and its data.
 *
 * @param options  the strategies of the user's own that the settings name.
 * @throws UsageError naming a split that does not fill one batch.
 */
export function prepareRun(
  config: RunConfig,
  data: RunData,
  options: Pick<FromSpecOptions, 'strategies'> = {},
): PreparedRun {
  return {
    config,
    plan: trainingPlan(config, data.batches()),
    makeModel: () => modelFromSpec(data.spec, { ...options, seed: config.seed }),
    leftOut: data.leftOut,
    files: data.files(),
  };
}
