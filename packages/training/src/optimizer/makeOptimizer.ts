import { adamStep, momentumStep, sgdStep } from '@bnrnn/tensor-backend';
import type { Variable } from '@tensorflow/tfjs-core';
import type { Forgotten, Optimizer } from './optimizer';
import type { AdamSpec, MomentumSpec, OptimizerSpec } from './optimizerSpec';
import { clearSlots, disposeAll, zeroSlots } from './slots';

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
        ...countsNothing,
        forget: () => undefined,
        dispose: () => undefined,
      };
    case 'momentum':
      return momentum(spec, parameters);
    case 'adam':
      return adam(spec, parameters);
  }
}

/** Of rules that do not depend on how many steps were done. */
const countsNothing = { forgotten: {}, recall: () => undefined } as const;

function momentum(spec: MomentumSpec, parameters: ReadonlyMap<string, Variable>): Optimizer {
  const slots = zeroSlots('velocity', parameters);
  const velocities = [...slots.values()];
  return {
    slots,
    apply: (update) => momentumStep({ ...update, velocities, momentum: spec.momentum }),
    ...countsNothing,
    forget: (paths) => clearSlots(slots, paths),
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
  const paths = [...parameters.keys()];
  let forgotten: Forgotten = {};
  return {
    slots,
    get forgotten() {
      return forgotten;
    },
    recall: (counts) => (forgotten = counts),
    apply({ variables, gradients, step, ...update }) {
      const since = paths.map((path) => forgotten[path] ?? 0);
      // The bias of moments is corrected for as many steps as they were gathered in.
      for (const start of new Set(since)) {
        const own = <Value>(values: readonly Value[]): Value[] =>
          values.filter((_, k) => since[k] === start);
        adamStep({
          ...{ ...update, beta1, beta2, epsilon },
          variables: own(variables),
          gradients: own(gradients),
          firstMoments: own(firstMoments),
          secondMoments: own(secondMoments),
          step: step - start,
        });
      }
    },
    forget(cleared, step) {
      clearSlots(slots, cleared);
      forgotten = { ...forgotten, ...Object.fromEntries(cleared.map((path) => [path, step])) };
    },
    dispose: () => disposeAll(slots),
  };
}
