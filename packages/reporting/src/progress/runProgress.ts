import type { RunEvent, RunEventOf } from '@bnrnn/core';

/** How much of the old average a new step keeps. */
const decay = 0.95;

/** Where a run stands, as its events so far tell. */
export interface RunProgress {
  start: RunEventOf<'start'> | undefined;
  step: number;
  totalSteps: number;
  /** Mean of the recent steps' losses, nats per target; undefined before the first step. */
  loss: number | undefined;
  /** Mean of the recent steps' speeds. */
  unitsPerSecond: number | undefined;
  /** Seconds to the last step at the pace since the start; undefined before two steps. */
  secondsLeft: number | undefined;
}

/** Follows a run: feed it every event, read where the run stands. */
export function runProgressTracker(): (event: RunEvent) => RunProgress {
  const progress: RunProgress = {
    start: undefined,
    step: 0,
    totalSteps: 0,
    loss: undefined,
    unitsPerSecond: undefined,
    secondsLeft: undefined,
  };
  let first: RunEventOf<'step'> | undefined;
  let weight = 0;
  let lossSum = 0;
  let speedSum = 0;

  return (event) => {
    progress.step = event.step;
    if (event.type === 'start') {
      progress.start = event;
      progress.totalSteps = event.totalSteps;
      first = undefined;
    }
    if (event.type === 'step') {
      weight = decay * weight + 1;
      lossSum = decay * lossSum + event.loss;
      speedSum = decay * speedSum + event.unitsPerSecond;
      progress.loss = lossSum / weight;
      progress.unitsPerSecond = speedSum / weight;
      first ??= event;
      const done = event.step - first.step;
      const left = Math.max(0, progress.totalSteps - event.step);
      progress.secondsLeft = done > 0 ? ((event.at - first.at) / 1000 / done) * left : undefined;
    }
    return progress;
  };
}
