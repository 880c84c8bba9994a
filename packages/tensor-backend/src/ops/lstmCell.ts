import {
  add,
  concat,
  matMul,
  mul,
  ones,
  scalar,
  sigmoid,
  slice,
  split,
  sub,
  tensor1d,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { ScanCell } from './scanCell';

/**
 * One step of an LSTM and its gradient.
 *
 * tanh(x) is computed as 2·σ(2x) − 1: tfjs's wasm has a vector kernel for σ and takes ten times as
 * long for tanh. All four gates then are one σ, and their derivatives σ·(1 − σ), times 4 for tanh.
 */
export function lstmCell(units: number, peepholes: Tensor2D | undefined): ScanCell {
  const two = scalar(2);
  const one = scalar(1);
  const perGate = (input: number, forget: number, cell: number, output: number): Tensor =>
    tensor1d([input, forget, cell, output].flatMap((v) => new Array<number>(units).fill(v)));
  const stretch = perGate(1, 1, 2, 1);
  const steepness = perGate(1, 1, 4, 1);
  const peeps = peepholes ? (split(peepholes, 3, 0) as [Tensor2D, Tensor2D, Tensor2D]) : undefined;
  const toTanh = (s: Tensor2D): Tensor2D => sub(mul(s, two), one);
  const tanh = (x: Tensor2D): Tensor2D => toTanh(sigmoid(mul(x, two)));
  const gatesOf = (all: Tensor2D): [Tensor2D, Tensor2D, Tensor2D, Tensor2D] =>
    split(all, 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];

  return {
    forward(x, u, before) {
      const cell = before[1] as Tensor2D;
      let pre: Tensor2D = add(x, u);
      if (peeps) {
        const nothing = mul(cell, 0);
        pre = add(pre, concat([mul(cell, peeps[0]), mul(cell, peeps[1]), nothing, nothing], 1));
      }
      const early: Tensor2D = sigmoid(mul(pre, stretch));
      const [input, forget, candidate, early3] = gatesOf(early);
      const next: Tensor2D = add(mul(forget, cell), mul(input, toTanh(candidate)));
      let output = early3;
      let gates = early;
      if (peeps) {
        output = sigmoid(add(slice(pre, [0, 3 * units], [-1, units]), mul(next, peeps[2])));
        gates = concat([input, forget, candidate, output], 1);
      }
      const bent = tanh(next);
      return { after: [mul(output, bent), next], kept: [gates, bent] };
    },

    backward([dHidden, dCell], { before, kept }) {
      const [gates, bent] = kept as [Tensor2D, Tensor2D];
      const [input, forget, candidate, output] = gatesOf(gates);
      const slopes: Tensor2D = mul(mul(gates, sub(one, gates)), steepness);
      const dOutput: Tensor2D = mul(dHidden as Tensor2D, bent);
      const throughHidden = mul(mul(dHidden as Tensor2D, output), sub(one, mul(bent, bent)));
      let dNext: Tensor2D = add(dCell as Tensor2D, throughHidden);
      if (peeps) {
        const slope = slice(slopes, [0, 3 * units], [-1, units]);
        dNext = add(dNext, mul(mul(dOutput, slope), peeps[2]));
      }
      const dGates = concat(
        [
          mul(dNext, toTanh(candidate)),
          mul(dNext, before[1] as Tensor2D),
          mul(dNext, input),
          dOutput,
        ],
        1,
      );
      const dX: Tensor2D = mul(dGates, slopes);
      let dBefore: Tensor2D = mul(dNext, forget);
      if (peeps) {
        const [dInput, dForget] = gatesOf(dX);
        dBefore = add(dBefore, add(mul(dInput, peeps[0]), mul(dForget, peeps[1])));
      }
      return { dX, dU: dX, dBefore: [undefined, dBefore] };
    },

    parameterGradients({ dX, before, after }) {
      if (peeps === undefined) return [];
      const [dInput, dForget, , dOutput] = gatesOf(dX);
      const every: Tensor2D = ones([1, dX.shape[0]]);
      const sumOf = (a: Tensor2D, b: Tensor2D): Tensor2D => matMul(every, mul(a, b));
      const past = before(1);
      return [concat([sumOf(dInput, past), sumOf(dForget, past), sumOf(dOutput, after(1))])];
    },
  };
}
