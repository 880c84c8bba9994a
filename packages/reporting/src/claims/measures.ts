import { eventsOf, lossAtStep, type RunSummary } from '../compare/runSummary';

/** So many steps a training loss is averaged over, of those that the log holds. */
const smoothing = 200;

/** Nats per unit: mean of the last steps. */
export function lastTrainingLoss(summary: RunSummary): number | undefined {
  return lossAtStep(summary, summary.stepEvents.at(-1)?.step ?? 0);
}

/**
 * The lowest validation loss in nats per unit that the run has reported, after any epoch and under any
 * statistics: its own best, which favours a normalized run where it has more than one reading.
 */
export function bestValidation(summary: RunSummary): number | undefined {
  const found = [...eventsOf(summary.run, 'evaluation'), ...summary.evaluations]
    .filter(({ split }) => split === 'valid')
    .map(({ nllPerUnit }) => nllPerUnit);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** How far the validation at the end lies above the training loss of the last epoch, nats per unit. */
export function generalizationGap(summary: RunSummary): number | undefined {
  const training = summary.lastEpoch?.trainNllPerUnit;
  const validations = summary.evaluations.filter(({ split }) => split === 'valid');
  if (training === undefined || validations.length === 0) return undefined;
  return Math.min(...validations.map(({ nllPerUnit }) => nllPerUnit)) - training;
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
