import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';
import { recurrentGradient } from './recurrentGradient';

/**
 * The GRU scan; arguments as in `lstmForward`. `gates` [T, B, 3H] and `candidates` [T, B, H] are kept for the
 * gradient.
 */
export const gruForward: Program = (thread, values) => {
  const [time, batch, units, reverse, projected, recurrent, bias, hidden0, mask, ...rest] = unpack(
    values,
    13,
  );
  const [gates, candidates, hidden, states] = rest;
  const [start, end] = ownRange(thread, units, 4);
  const stateBytes = batch * units * 4;
  let before = hidden0;
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const stepGates = gates + t * stateBytes * 3;
    const state = states + t * stateBytes;
    for (let gate = 0; gate < 3 && end > start; gate++) {
      const column = (gate * units + start) * 4;
      thread.fewRows(
        ...([false, false, batch, end - start, units, before, units] as const),
        ...([recurrent + column, 3 * units, false, stepGates + column, 3 * units] as const),
      );
    }
    thread.kernels.gruForward(
      ...([projected + t * stateBytes * 3, stepGates, bias, before] as const),
      ...([candidates + t * stateBytes, hidden + t * stateBytes, state] as const),
      ...([mask && mask + t * batch * 4, batch, units, start, end] as const),
    );
    thread.barrier();
    before = state;
  }
};

/** Its gradient; arguments as in `lstmBackward`. The gradient of h·U overwrites the gates. */
export const gruBackward: Program = (thread, values) => {
  const [time, batch, units, reverse, recurrent, hidden0, mask, gates, candidates, ...rest] =
    unpack(values, 15);
  const [states, dHidden, dState, dProjected, dRecurrent, dBias] = rest;
  const { kernels, float32 } = thread;
  const [start, end] = ownRange(thread, units, 4);
  const stateBytes = batch * units * 4;
  for (let step = time - 1; step >= 0; step--) {
    const t = reverse ? time - 1 - step : step;
    const before = reverse ? t + 1 : t - 1;
    const stepGates = gates + t * stateBytes * 3;
    kernels.gruBackward(
      ...([stepGates, candidates + t * stateBytes] as const),
      step === 0 ? hidden0 : states + before * stateBytes,
      ...([dHidden + t * stateBytes, dState, dProjected + t * stateBytes * 3] as const),
      ...([mask && mask + t * batch * 4, batch, units, start, end] as const),
    );
    thread.barrier();
    if (end === start) continue;
    thread.fewRows(
      ...([false, true, batch, end - start, 3 * units, stepGates, 3 * units] as const),
      ...([recurrent + start * 12 * units, 3 * units, true, dState + start * 4, units] as const),
    );
  }
  recurrentGradient(thread, {
    ...{ time, batch, units, gates: 3, reverse, hidden0, states },
    ...{ dProjected: gates, dRecurrent },
  });
  if (dBias === 0) return;
  const [first, last] = ownRange(thread, 3 * units, 4);
  float32.fill(0, (dBias >>> 2) + first, (dBias >>> 2) + last);
  kernels.addRows(gates, 0, dBias, time * batch, 3 * units, first, last);
};
