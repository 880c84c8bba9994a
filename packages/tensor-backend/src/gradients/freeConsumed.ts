import { engine, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Frees what a gradient function has used up: what its op saved, and the gradients of the op's outputs.
 *
 * tfjs frees both only when the whole backward pass is over. It uses them for this one op: what was saved are
 * copies of its own (of the reference, not of the numbers), and a gradient that two ops need is added up into
 * a new tensor. A gradient that the caller of `grad` passed in, and anything under a gradient of a gradient, stays.
 *
 * Call it when nothing of `dys` and `saved` is needed any more, also by a closure.
 */
export function freeConsumed(
  dys: readonly (Tensor | null)[],
  saved: readonly (Tensor | undefined)[] = [],
): void {
  const { gradientDepth, activeScope } = engine().state;
  if (gradientDepth > 0) return;
  for (const tensor of saved) tensor?.dispose();
  for (const dy of dys) {
    const { scopeId } = (dy ?? { scopeId: -1 }) as { scopeId: number };
    if (scopeId >= activeScope.id) dy?.dispose();
  }
}
