import { adamStep, momentumStep, sgdStep } from '@bnrnn/tensor-backend';
import type { Variable } from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizer';
import type { AdamSpec, MomentumSpec, OptimizerSpec } from './optimizerSpec';
import { disposeAll, zeroSlots } from './slots';

/**
 * The update rule of a spec, with slots for the given parameters.
 *
 * @param parameters  path -> variable, in the order in which updates list them.
 * @see the ops `sgdStep`, `momentumStep` and `adamStep` for the formulas.
 */
export function makeOptimizer(
  spec: OptimizerSpec,
  parameters: ReadonlyMap<string, Variable>,
): Optimizer {
  switch (spec.kind) {
    case 'sgd':
      return {
        slots: new Map(),
        apply: (update) => sgdStep(update),
        dispose: () => undefined,
      };
    case 'momentum':
      return momentum(spec, parameters);
    case 'adam':
      return adam(spec, parameters);
  }
}

function momentum(spec: MomentumSpec, parameters: ReadonlyMap<string, Variable>): Optimizer {
  const slots = zeroSlots('velocity', parameters);
  const velocities = [...slots.values()];
  return {
    slots,
    apply: (update) => momentumStep({ ...update, velocities, momentum: spec.momentum }),
    dispose: () => disposeAll(slots),
  };
}

function adam(spec: AdamSpec, parameters: ReadonlyMap<string, Variable>): Optimizer {
  const { beta1, beta2, epsilon } = spec;
  const first = zeroSlots('first moment', parameters);
  const second = zeroSlots('second moment', parameters);
  const slots = new Map([...first, ...second]);
  const firstMoments = [...first.values()];
  const secondMoments = [...second.values()];
  return {
    slots,
    apply: (update) => adamStep({ ...update, firstMoments, secondMoments, beta1, beta2, epsilon }),
    dispose: () => disposeAll(slots),
  };
}
