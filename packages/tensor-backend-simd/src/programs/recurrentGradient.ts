import type { Thread } from '../threads/thread';
import { splitProduct } from './product';

/** dU = Σ over steps of (state before the step)ᵀ · dGates: one product over all steps but the first. */
export function recurrentGradient(
  thread: Thread,
  scan: {
    time: number;
    batch: number;
    units: number;
    gates: number;
    reverse: number;
    hidden0: number;
    states: number;
    dProjected: number;
    dRecurrent: number;
  },
): void {
  const { time, batch, units, gates, reverse, hidden0, states, dProjected, dRecurrent } = scan;
  const stateBytes = batch * units * 4;
  const first = reverse ? time - 1 : 0;
  const columns = gates * units;
  splitProduct(
    thread,
    true,
    false,
    units,
    columns,
    batch,
    hidden0,
    dProjected + first * stateBytes * gates,
    false,
    dRecurrent,
  );
  if (time === 1) return;
  splitProduct(
    thread,
    true,
    false,
    units,
    columns,
    (time - 1) * batch,
    reverse ? states + stateBytes : states,
    reverse ? dProjected : dProjected + stateBytes * gates,
    true,
    dRecurrent,
  );
}
