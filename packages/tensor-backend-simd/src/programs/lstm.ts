import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';
import { recurrentGradient } from './recurrentGradient';
import { hiddenProducts, stateGradient } from './recurrentProduct';

/**
 * The LSTM scan. A thread owns a range of units: it computes their gates, cells and hidden states for all
 * rows, and meets the others once a step, when the whole hidden state is there.
 *
 * `gates` [T, B, 4H] receives the activated gates and `cells` [T, B, H] the cells for the gradient. `states`
 * is `hidden` without a mask; with one it is an array of its own that holds the carried states. `panels` is
 * room for a copy of the recurrent weights, or 0.
 */
export const lstmForward: Program = (thread, values) => {
  const [
    time,
    batch,
    units,
    reverse,
    projected,
    recurrent,
    bias,
    peepholes,
    hidden0,
    cell0,
    mask,
    gates,
    cells,
    hidden,
    states,
    panels,
  ] = unpack(values, 16);
  const { kernels } = thread;
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 4, recurrent, panels, start, end };
  const multiplyHidden = hiddenProducts(thread, weights);
  const stateBytes = batch * units * 4;
  let hiddenBefore = hidden0;
  let cellBefore = cell0;
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const stepGates = gates + t * stateBytes * 4;
    multiplyHidden(hiddenBefore, stepGates);
    const cell = cells + t * stateBytes;
    const state = states + t * stateBytes;
    kernels.lstmForward(
      projected + t * stateBytes * 4,
      stepGates,
      bias,
      peepholes,
      hiddenBefore,
      cellBefore,
      cell,
      hidden + t * stateBytes,
      state,
      mask === 0 ? 0 : mask + t * batch * 4,
      batch,
      units,
      start,
      end,
    );
    thread.barrier();
    hiddenBefore = state;
    cellBefore = cell;
  }
};

/**
 * The gradient of the LSTM scan. `dState` and `dCell` [B, H] hold the gradients of the final state on
 * entry and of the initial state on return; `dProjected` [T, B, 4H], `dRecurrent`, `dBias` and `dPeepholes`
 * (0 for none) are written.
 */
export const lstmBackward: Program = (thread, values) => {
  const [
    time,
    batch,
    units,
    reverse,
    recurrent,
    peepholes,
    hidden0,
    cell0,
    mask,
    gates,
    cells,
    states,
    dHidden,
    dState,
    dCell,
    dProjected,
    dRecurrent,
    dBias,
    dPeepholes,
    panels,
  ] = unpack(values, 20);
  const { kernels, float32 } = thread;
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 4, recurrent, panels, start, end };
  const addStateGradient = stateGradient(thread, weights);
  const stateBytes = batch * units * 4;
  if (dPeepholes !== 0) {
    for (let place = 0; place < 3; place++) {
      const row = (dPeepholes >>> 2) + place * units;
      float32.fill(0, row + start, row + end);
    }
  }
  for (let step = time - 1; step >= 0; step--) {
    const t = reverse ? time - 1 - step : step;
    const before = reverse ? t + 1 : t - 1;
    const stepGates = dProjected + t * stateBytes * 4;
    kernels.lstmBackward(
      gates + t * stateBytes * 4,
      peepholes,
      step === 0 ? cell0 : cells + before * stateBytes,
      cells + t * stateBytes,
      dHidden + t * stateBytes,
      dState,
      dCell,
      stepGates,
      0,
      mask === 0 ? 0 : mask + t * batch * 4,
      batch,
      units,
      start,
      end,
    );
    if (dPeepholes !== 0) {
      kernels.peepholeGradient(
        stepGates,
        step === 0 ? cell0 : cells + before * stateBytes,
        cells + t * stateBytes,
        dPeepholes,
        batch,
        units,
        start,
        end,
      );
    }
    thread.barrier();
    addStateGradient(stepGates, dState);
  }
  recurrentGradient(thread, {
    time,
    batch,
    units,
    gates: 4,
    reverse,
    hidden0,
    states,
    dProjected,
    dRecurrent,
  });
  if (dBias !== 0) {
    const [first, last] = ownRange(thread, 4 * units, 4);
    float32.fill(0, dBias / 4 + first, dBias / 4 + last);
    kernels.addRows(dProjected, 0, dBias, time * batch, 4 * units, first, last);
  }
};
