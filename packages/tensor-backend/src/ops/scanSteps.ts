import {
  add,
  expandDims,
  greater,
  mul,
  reshape,
  slice,
  sub,
  where,
  zerosLike,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { expectNoHole, maskFacts } from './mask';

/** The order in which a scan visits its steps, their inputs, and what padding does to a state. */
export interface ScanSteps {
  /** Step numbers in the order of the scan. */
  readonly order: readonly number[];
  /** The input of a step, [batch, features]; padded rows are 0 whatever they held. */
  input(step: number): Tensor2D;
  /** The state after a step: `next` where the row is real, `before` where it is padding. */
  carry(step: number, next: Tensor2D, before: Tensor2D): Tensor2D;
  /** `value` where the row is real, 0 where it is padding. */
  silence(step: number, value: Tensor2D): Tensor2D;
}

/** Prepares a scan over [time, batch, features]; call it inside a tidy. */
export function scanSteps(
  caller: string,
  projected: Tensor3D,
  mask: Tensor2D | undefined,
  reverse: boolean,
): ScanSteps {
  const [time, batch, features] = projected.shape;
  const order = Array.from({ length: time }, (_, i) => (reverse ? time - 1 - i : i));
  const facts = mask === undefined ? undefined : maskFacts(caller, mask, time, batch);
  const padded = mask !== undefined && facts?.padded === true;
  if (padded) expectNoHole(caller, mask);
  const clean = padded
    ? (where(greater(expandDims(mask, 2), 0.5), projected, zerosLike(projected)) as Tensor3D)
    : projected;
  const isPadded = (step: number) => padded && (facts.rows[step] as number) < batch;
  const column = (step: number) =>
    reshape(slice(mask as Tensor2D, [step, 0], [1, batch]), [batch, 1]);
  return {
    order,
    input: (step) => reshape(slice(clean, [step, 0, 0], [1, batch, features]), [batch, features]),
    carry(step, next, before) {
      if (!isPadded(step)) return next;
      const real = column(step);
      return add(mul(next, real), mul(before, sub(1, real)));
    },
    silence: (step, value) => (isPadded(step) ? mul(value, column(step)) : value),
  };
}

/** The bias of every row, or nothing to add. */
export function addBias<T extends Tensor>(x: T, bias: Tensor | undefined): T {
  return bias === undefined ? x : add(x, bias);
}
