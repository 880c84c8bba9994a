import { UsageError } from '@bnrnn/core';
import type { NamedTensors } from '@bnrnn/normalization';
import type { Layer } from '../layers/layer';
import type { State } from '../layers/state';

/** @throws UsageError when a state has not one tensor for each that the layers carry. */
export function expectState(caller: string, state: State, layers: readonly Layer[]): void {
  const wanted = layers.reduce((size, layer) => size + layer.stateSize, 0);
  if (state.length === wanted) return;
  throw new UsageError(`${caller}: state has ${state.length} tensors, expected ${wanted}.`, {
    hint: "Start from the model's initialState(batch).",
  });
}

/**
 * Refuses single steps of a model that cannot take them.
 *
 * @throws UsageError where a layer needs later steps, and without a position where statistics are
 * kept per time step.
 */
export function expectStepwise(
  caller: string,
  layers: readonly Layer[],
  statistics: ReadonlyMap<string, NamedTensors>,
  position: number | undefined,
): void {
  const blind = layers.findIndex(({ causal }) => !causal);
  if (blind >= 0) {
    throw new UsageError(
      `${caller}: layers.${blind} is ${layers[blind]?.spec.kind}, expected layers that need no later steps.`,
      { hint: 'Use apply on the whole sequence.' },
    );
  }
  if (position !== undefined) return;
  for (const [path, tensors] of statistics) {
    if (Object.values(tensors).every(({ shape }) => shape[0] === 1)) continue;
    throw new UsageError(
      `${caller}: position is missing, and ${path} keeps statistics for each time step.`,
      { hint: 'Pass { position }, the number of steps before this one.' },
    );
  }
}
