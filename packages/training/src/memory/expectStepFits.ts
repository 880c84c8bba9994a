import { rehearseStep, type BatchSizes, type Trained } from './rehearseStep';
import { StepDoesNotFitError } from './stepDoesNotFitError';

/**
 * Refuses, before the first step, a training step that cannot fit in the active backend's memory.
 *
 * @param largest  the sizes that no batch exceeds.
 * @throws StepDoesNotFitError naming what is needed, what there is, and what would fit.
 */
export function expectStepFits(trained: Trained, largest: BatchSizes): void {
  const need = rehearseStep(trained, largest);
  if (need === undefined || need.fits) return;
  const fit = (sizes: Partial<BatchSizes>): boolean =>
    rehearseStep(trained, { ...largest, ...sizes })?.fits === true;
  const time = largestThat(largest.time, (steps) => fit({ time: steps }));
  const batch = largestThat(largest.batch, (rows) => fit({ batch: rows }));
  throw new StepDoesNotFitError(largest, need, {
    ...(time > 0 && { time }),
    ...(batch > 0 && { batch }),
  });
}

/** The largest whole number below `tooMuch` that passes, 0 where none does. */
function largestThat(tooMuch: number, passes: (value: number) => boolean): number {
  let good = 0;
  let bad = tooMuch;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (passes(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
