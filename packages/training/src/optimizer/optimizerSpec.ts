import { expectNumber, expectOneOf } from '@bnrnn/core';

/** Plain stochastic gradient descent: v −= rate·g. */
export interface SgdSpec {
  readonly kind: 'sgd';
}

/** Classical momentum: u = momentum·u − rate·g, v += u. */
export interface MomentumSpec {
  readonly kind: 'momentum';
  readonly momentum: number;
}

/** Adam with bias correction. */
export interface AdamSpec {
  readonly kind: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** How gradients become updates, plain JSON; the learning rate is the schedule's. */
export type OptimizerSpec = SgdSpec | MomentumSpec | AdamSpec;

/** @throws UsageError naming the field that is not usable. */
export function checkOptimizer(caller: string, spec: OptimizerSpec): void {
  expectOneOf(`${caller}: optimizer.kind`, spec.kind, ['sgd', 'momentum', 'adam']);
  const share = { min: 0, below: 1 };
  if (spec.kind === 'momentum') {
    expectNumber(`${caller}: optimizer.momentum`, spec.momentum, share);
  }
  if (spec.kind === 'adam') {
    expectNumber(`${caller}: optimizer.beta1`, spec.beta1, share);
    expectNumber(`${caller}: optimizer.beta2`, spec.beta2, share);
    expectNumber(`${caller}: optimizer.epsilon`, spec.epsilon, { above: 0 });
  }
}
