import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';
import { recurrentGradient } from './recurrentGradient';
import { hiddenProducts, stateGradient } from './recurrentProduct';

/**
 * The GRU scan; arguments as in `lstmForward`. `gates` [T, B, 3H] and `candidates` [T, B, H] are kept for the
 * gradient.
 */
export const gruForward: Program = (thread, values) => {
  const [time, batch, units, reverse, projected, recurrent, bias, hidden0, mask, ...rest] = unpack(
    values,
    14,
  );
  const [gates, candidates, hidden, states, panels] = rest;
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 3, recurrent, panels, start, end };
  const multiplyHidden = hiddenProducts(thread, weights);
  const stateBytes = batch * units * 4;
  let before = hidden0;
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const stepGates = gates + t * stateBytes * 3;
    const state = states + t * stateBytes;
    multiplyHidden(before, stepGates);
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
    unpack(values, 16);
  const [states, dHidden, dState, dProjected, dRecurrent, dBias, panels] = rest;
  const { kernels, float32 } = thread;
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 3, recurrent, panels, start, end };
  const addStateGradient = stateGradient(thread, weights);
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
    addStateGradient(stepGates, dState);
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
