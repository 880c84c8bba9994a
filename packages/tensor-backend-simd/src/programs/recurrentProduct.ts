import type { Thread } from '../threads/thread';

/** The recurrent weights U [H, gates · H] of a scan, and the units [start, end) that a thread owns. */
export interface RecurrentWeights {
  readonly batch: number;
  readonly units: number;
  readonly gates: number;
  readonly recurrent: number;
  /** Room for a copy of U in another order, see `panelsFor`; 0: none. */
  readonly panels: number;
  readonly start: number;
  readonly end: number;
}

/** h·U of a step: writes the columns of the thread's units in every gate of [B, gates · H]. */
export function hiddenProducts(
  thread: Thread,
  weights: RecurrentWeights,
): (hidden: number, out: number) => void {
  const { batch, units, gates, recurrent, start, end } = weights;
  if (end === start) return () => undefined;
  const columns = gates * units;
  const products = Array.from({ length: gates }, (_, gate) => {
    const first = (gate * units + start) * 4;
    const multiply = thread.stepProduct({
      ...{ transposeB: false, m: batch, n: end - start, k: units, accumulate: false },
      ...{ b: recurrent + first, ldb: columns, room: roomOf(weights, gate) },
    });
    return { first, multiply };
  });
  return (hidden, out) => {
    for (const { first, multiply } of products) multiply(hidden, units, out + first, columns);
  };
}

/** dState += dGates · Uᵀ of a step, for the thread's units. */
export function stateGradient(
  thread: Thread,
  weights: RecurrentWeights,
): (dGates: number, dState: number) => void {
  const { batch, units, gates, recurrent, start, end } = weights;
  if (end === start) return () => undefined;
  const columns = gates * units;
  const multiply = thread.stepProduct({
    ...{ transposeB: true, m: batch, n: end - start, k: columns, accumulate: true },
    ...{ b: recurrent + start * columns * 4, ldb: columns, room: roomOf(weights, 0) },
  });
  return (dGates, dState) => {
    multiply(dGates, columns, dState + start * 4, units);
  };
}

/** Where the thread's part of the panels begins, for a gate and those behind it. */
function roomOf({ units, gates, panels, start, end }: RecurrentWeights, gate: number): number {
  if (panels === 0) return 0;
  const own = Math.ceil((end - start) / 4) * 4;
  return panels + (start * gates + gate * own) * units * 4;
}
