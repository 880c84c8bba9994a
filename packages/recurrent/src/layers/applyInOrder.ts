import type { Measured } from '@bnrnn/normalization';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { State } from './state';
import type { Layer, LayerContext, LayerPlace, LayerResult } from './layer';

/** The place of each layer one above the other: `<path>.0`, `<path>.1`, ..., each as wide as the one below gives. */
export function placesInOrder(layers: readonly Layer[], place: LayerPlace): LayerPlace[] {
  let { inputs } = place;
  return layers.map((layer, k) => {
    const own = { ...place, path: `${place.path}.${k}`, inputs };
    inputs = layer.units;
    return own;
  });
}

/**
 * Runs layers one above the other.
 *
 * @param between  what happens to the output of layer k - 1 on its way into layer k, k ≥ 1.
 */
export function applyInOrder(
  layers: readonly Layer[],
  x: Tensor3D,
  state: State,
  context: LayerContext,
  between: (hidden: Tensor3D, k: number) => Tensor3D,
): LayerResult {
  let hidden = x;
  let offset = 0;
  const next: State[number][] = [];
  const measured: Record<string, Measured> = {};
  layers.forEach((layer, k) => {
    const own = state.slice(offset, offset + layer.stateSize);
    offset += layer.stateSize;
    const result = layer.apply(k === 0 ? hidden : between(hidden, k), own, {
      ...context,
      path: `${context.path}.${k}`,
    });
    hidden = result.hidden;
    next.push(...result.state);
    Object.assign(measured, result.measured);
  });
  return { hidden, state: next, measured };
}
