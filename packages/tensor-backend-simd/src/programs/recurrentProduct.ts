import { ownRange, type Thread } from '../threads/thread';

/** The recurrent weights U [H, gates · H] of a scan. */
export interface RecurrentWeights {
  readonly batch: number;
  readonly units: number;
  readonly recurrent: number;
  /** Room for a copy of U in another order, see `panelsFor`; 0: none. */
  readonly panels: number;
}

/** The units of a scan whose gates, cells and states the thread computes. */
export function ownUnits(thread: Thread, units: number): [start: number, end: number] {
  return ownRange(thread, units, 4);
}

/** h·U of a step: writes the columns of the thread's units in every gate of [B, gates · H]. */
export function hiddenProducts(
  thread: Thread,
  weights: RecurrentWeights,
  gates: number,
): (hidden: number, out: number) => void {
  const { batch, units, recurrent } = weights;
  const [start, end] = ownUnits(thread, units);
  if (end === start) return () => undefined;
  const columns = gates * units;
  const offsets = Array.from({ length: gates }, (_, gate) => (gate * units + start) * 4);
  const multiply = thread.stepProduct({
    ...{ transposeB: false, m: batch, n: end - start, k: units, accumulate: false },
    blocks: offsets.map((offset) => ({ b: recurrent + offset, out: offset })),
    ...{ ldb: columns, room: roomOf(thread, weights, gates) },
  });
  return (hidden, out) => {
    multiply(hidden, units, out, columns);
  };
}

/** dState += dGates · Uᵀ of a step, for the thread's units. */
export function stateGradient(
  thread: Thread,
  weights: RecurrentWeights,
  gates: number,
): (dGates: number, dState: number) => void {
  const { batch, units, recurrent } = weights;
  const [start, end] = ownUnits(thread, units);
  if (end === start) return () => undefined;
  const columns = gates * units;
  const multiply = thread.stepProduct({
    ...{ transposeB: true, m: batch, n: end - start, k: columns, accumulate: true },
    blocks: [{ b: recurrent + start * columns * 4, out: start * 4 }],
    ...{ ldb: columns, room: roomOf(thread, weights, gates) },
  });
  return (dGates, dState) => {
    multiply(dGates, columns, dState, units);
  };
}

/** Where the thread's part of the panels begins. */
function roomOf(thread: Thread, { units, panels }: RecurrentWeights, gates: number): number {
  return panels === 0 ? 0 : panels + ownUnits(thread, units)[0] * gates * units * 4;
}
