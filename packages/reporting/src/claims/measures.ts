import { lossAtStep, type RunSummary } from '../compare/runSummary';

/** So many steps a training loss is averaged over, of those that the log holds. */
const smoothing = 200;

/** Nats per target: mean of the last steps. */
export function lastTrainingLoss(summary: RunSummary): number | undefined {
  return lossAtStep(summary, summary.stepEvents.at(-1)?.step ?? 0);
}

const preference = ['recalibrated', 'running', 'batch'] as const;

/**
 * The validation loss at the end of the run in nats per target, under recalibrated statistics where it
 * was evaluated so, otherwise under running ones, otherwise under those of the batch.
 */
export function lastValidation({ evaluations }: RunSummary): number | undefined {
  const validations = evaluations.filter(({ split }) => split === 'valid');
  return preference
    .map((choice) => validations.find(({ statistics }) => statistics === choice)?.nllPerUnit)
    .find((value) => value !== undefined);
}

/** Whether a run ended without a loss, or with one above that of a uniform guess over its classes. */
export function isDiverged(summary: RunSummary): boolean {
  const { result, config } = summary.run;
  const { classes } = config.corpus;
  const guess = classes > 0 ? Math.log(classes) : Infinity;
  const losses = [lastTrainingLoss(summary), lastValidation(summary)];
  return (
    result?.diverged !== undefined || losses.some((loss) => loss !== undefined && !(loss < guess))
  );
}

/** How far the validation at the end lies above the training loss of the last epoch, nats per target. */
export function generalizationGap(summary: RunSummary): number | undefined {
  const training = summary.lastEpoch?.trainNllPerUnit;
  const validation = lastValidation(summary);
  return training === undefined || validation === undefined ? undefined : validation - training;
}

/** The training loss when half of the run's updates were done: a mark that its twin may pass earlier. */
export function halfwayLoss(summary: RunSummary): number | undefined {
  return smoothedLosses(summary).findLast(({ step }) => step <= summary.steps / 2)?.loss;
}

/** Updates until the smoothed training loss is at `target` or below; undefined where it never is. */
export function updatesTo(summary: RunSummary, target: number): number | undefined {
  return smoothedLosses(summary).find(({ loss }) => loss <= target)?.step;
}

/** The mean of the logged losses of the last 200 steps, at each logged step from 200 on. */
function smoothedLosses({ stepEvents }: RunSummary): { step: number; loss: number }[] {
  const out: { step: number; loss: number }[] = [];
  let [first, sum] = [0, 0];
  stepEvents.forEach(({ step, loss }, index) => {
    sum += loss;
    while ((stepEvents[first]?.step ?? step) <= step - smoothing) {
      sum -= stepEvents[first]?.loss ?? 0;
      first += 1;
    }
    if (step >= smoothing) out.push({ step, loss: sum / (index - first + 1) });
  });
  return out;
}
