import {
  add,
  concat,
  mul,
  sigmoid,
  slice,
  split,
  sub,
  tanh,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { ScanCell } from './scanCell';

type Triple = [Tensor2D, Tensor2D, Tensor2D];

/** One step of a gated recurrent unit and its gradient. */
export const gruCell: ScanCell = {
  forward(x, u, [hidden]) {
    const units = (hidden as Tensor2D).shape[1];
    const both = (t: Tensor2D): Tensor2D => slice(t, [0, 0], [-1, 2 * units]);
    const last = (t: Tensor2D): Tensor2D => slice(t, [0, 2 * units], [-1, units]);
    const gates: Tensor2D = sigmoid(add(both(x), both(u)));
    const [reset, update] = split(gates, 2, 1) as [Tensor2D, Tensor2D];
    const recurrent = last(u);
    const candidate: Tensor2D = tanh(add(last(x), mul(reset, recurrent)));
    // (1 − z)·n + z·h
    const next: Tensor2D = add(candidate, mul(update, sub(hidden as Tensor2D, candidate)));
    return { after: [next], kept: [reset, update, candidate, recurrent] };
  },

  backward([dHidden], { before, kept }) {
    const d = dHidden as Tensor2D;
    const [reset, update, candidate, recurrent] = kept as [...Triple, Tensor2D];
    const dSum: Tensor2D = mul(mul(d, sub(1, update)), sub(1, mul(candidate, candidate)));
    const dUpdate = mul(mul(d, sub(before[0] as Tensor2D, candidate)), slopeOf(update));
    const dReset = mul(mul(dSum, recurrent), slopeOf(reset));
    return {
      dX: concat([dReset, dUpdate, dSum] as Triple, 1),
      dU: concat([dReset, dUpdate, mul(dSum, reset)] as Triple, 1),
      dBefore: [mul(d, update)],
    };
  },
};

/** The derivative of σ from its value. */
function slopeOf(s: Tensor2D): Tensor2D {
  return mul(s, sub(1, s));
}
