import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';
import { recurrentGradient } from './recurrentGradient';
import { hiddenProducts, stateGradient } from './recurrentProduct';

/** The vanilla scan; arguments as in `lstmForward`. `products` [B, H] is scratch. */
export const rnnForward: Program = (thread, values) => {
  const [
    time,
    batch,
    units,
    reverse,
    rectify,
    projected,
    recurrent,
    bias,
    hidden0,
    mask,
    hidden,
    states,
    products,
    panels,
  ] = unpack(values, 14);
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 1, recurrent, panels, start, end };
  const multiplyHidden = hiddenProducts(thread, weights);
  const stateBytes = batch * units * 4;
  let before = hidden0;
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const state = states + t * stateBytes;
    multiplyHidden(before, products);
    thread.kernels.rnnForward(
      projected + t * stateBytes,
      bias,
      before,
      products,
      hidden + t * stateBytes,
      state,
      mask === 0 ? 0 : mask + t * batch * 4,
      rectify,
      batch,
      units,
      start,
      end,
    );
    thread.barrier();
    before = state;
  }
};

/** Its gradient; arguments as in `lstmBackward`. */
export const rnnBackward: Program = (thread, values) => {
  const [
    time,
    batch,
    units,
    reverse,
    rectify,
    recurrent,
    hidden0,
    mask,
    states,
    dHidden,
    dState,
    dProjected,
    dRecurrent,
    dBias,
    panels,
  ] = unpack(values, 15);
  const [start, end] = ownRange(thread, units, 4);
  const weights = { batch, units, gates: 1, recurrent, panels, start, end };
  const addStateGradient = stateGradient(thread, weights);
  const stateBytes = batch * units * 4;
  for (let step = time - 1; step >= 0; step--) {
    const t = reverse ? time - 1 - step : step;
    const dZ = dProjected + t * stateBytes;
    thread.kernels.rnnBackward(
      states + t * stateBytes,
      dHidden + t * stateBytes,
      dState,
      dZ,
      mask === 0 ? 0 : mask + t * batch * 4,
      rectify,
      batch,
      units,
      start,
      end,
    );
    thread.barrier();
    addStateGradient(dZ, dState);
  }
  recurrentGradient(thread, {
    time,
    batch,
    units,
    gates: 1,
    reverse,
    hidden0,
    states,
    dProjected,
    dRecurrent,
  });
  if (dBias !== 0) {
    const [first, last] = ownRange(thread, units, 4);
    thread.float32.fill(0, dBias / 4 + first, dBias / 4 + last);
    thread.kernels.addRows(dProjected, 0, dBias, time * batch, units, first, last);
  }
};
