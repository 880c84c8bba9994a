import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';
import { splitProduct } from './product';
import { ownUnits } from './recurrentProduct';

/** dU = Σ over steps of (state before the step)ᵀ · dProducts [T, B, gates · H]: one product over all steps but the first. */
export function recurrentGradient(
  thread: Thread,
  scan: Record<
    'time' | 'batch' | 'units' | 'reverse' | 'hidden0' | 'states' | 'dRecurrent',
    number
  >,
  gates: number,
  dProducts: number,
): void {
  const { time, batch, units, reverse, hidden0, states, dRecurrent } = scan;
  const columns = gates * units;
  const stateBytes = batch * units * 4;
  const add = (steps: number, before: number, dProduct: number, accumulate: boolean): void => {
    const rows = steps * batch;
    splitProduct(
      ...([thread, true, false, units, columns, rows] as const),
      ...([before, dProduct, accumulate, dRecurrent] as const),
    );
  };
  const first = reverse ? time - 1 : 0;
  add(1, hidden0, dProducts + first * stateBytes * gates, false);
  if (time === 1) return;
  if (reverse) add(time - 1, states + stateBytes, dProducts, true);
  else add(time - 1, states, dProducts + stateBytes * gates, true);
}

/** dBias = Σ over steps and rows of dTerms [T, B, gates · H]; nothing where `dBias` is 0. */
export function biasGradient(
  thread: Thread,
  { time, batch, units, dBias }: Record<'time' | 'batch' | 'units' | 'dBias', number>,
  gates: number,
  dTerms: number,
): void {
  if (dBias === 0) return;
  const columns = gates * units;
  const [first, last] = ownRange(thread, columns, 4);
  clear(thread, dBias + first * 4, last - first);
  thread.kernels.addRows(dTerms, dBias, time * batch, columns, first, last);
}

/** Before the first step of a gradient that adds up dBias [gates · H] step by step: sets the thread's part to 0. */
export function clearBias(
  thread: Thread,
  { units, dBias }: Record<'units' | 'dBias', number>,
  gates: number,
): void {
  if (dBias === 0) return;
  const [start, end] = ownUnits(thread, units);
  for (let gate = 0; gate < gates; gate++) {
    clear(thread, dBias + (gate * units + start) * 4, end - start);
  }
}

/** dBias += Σ over rows of one step's dTerms [B, gates · H], for the thread's units; nothing where `dBias` is 0. */
export function addStepToBias(
  thread: Thread,
  { batch, units, dBias }: Record<'batch' | 'units' | 'dBias', number>,
  gates: number,
  dTerms: number,
): void {
  if (dBias === 0) return;
  const columns = gates * units;
  const [start, end] = ownUnits(thread, units);
  for (let gate = 0; gate < columns; gate += units) {
    thread.kernels.addRows(dTerms, dBias, batch, columns, gate + start, gate + end);
  }
}

/** Sets the thread's part of the gradient of the peepholes [3, H], to which steps add, to 0; nothing where there is none. */
export function clearPeepholes(
  thread: Thread,
  { units, dPeepholes }: Record<'units' | 'dPeepholes', number>,
): void {
  if (dPeepholes === 0) return;
  const [start, end] = ownUnits(thread, units);
  for (let gate = 0; gate < 3; gate++) {
    clear(thread, dPeepholes + (gate * units + start) * 4, end - start);
  }
}
