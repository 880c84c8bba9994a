import { median } from '../summary.mjs';

const warmUpMilliseconds = 2_000;

/**
 * Runs `step(window)`, which returns the loss, and times it, as the peers' timing.py does: first `warmUp` steps that are not
 * counted and, unless that is 0, more until two seconds have passed.
 */
export function timeSteps(step, windows, { steps, warmUp }) {
  const losses = [];
  const elapsed = [];
  const take = () => {
    const start = performance.now();
    losses.push(step(windows[losses.length % windows.length]));
    elapsed.push(performance.now() - start);
  };
  const begun = performance.now();
  while (losses.length < warmUp || (warmUp > 0 && performance.now() - begun < warmUpMilliseconds)) {
    take();
  }
  const warm = elapsed.length;
  for (let i = 0; i < steps; i++) take();
  const timed = elapsed.slice(warm);
  return {
    stepMilliseconds: median(timed),
    timedMilliseconds: timed,
    warmUpMilliseconds: elapsed.slice(0, warm),
    losses,
  };
}
