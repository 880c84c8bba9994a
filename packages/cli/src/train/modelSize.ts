import { parameterCount, type RunConfig } from '@bnrnn/experiments';
import type { FromSpecOptions, ModelSpec } from '@bnrnn/recurrent';
import type { ModelSize } from '@bnrnn/training';

type OptimizerKind = RunConfig['settings']['optimizer.kind']['value'];

/** How many numbers each optimizer remembers for a parameter. */
const slots: Readonly<Record<OptimizerKind, number>> = { sgd: 0, momentum: 1, adam: 2 };

/** What a run's model and optimizer will hold, from their specification alone. */
export function modelSize(
  spec: ModelSpec,
  optimizer: OptimizerKind,
  strategies: FromSpecOptions['strategies'],
): ModelSize {
  return {
    parameters: parameterCount(spec, strategies),
    embedding: spec.kind === 'languageModel' ? spec.vocabulary * spec.embedding : 0,
    slots: slots[optimizer],
  };
}
