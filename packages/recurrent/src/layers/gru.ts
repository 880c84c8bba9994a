import { expectNumber } from '@bnrnn/core';
import { expectOnlyKeys } from '../expectOnlyKeys';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import { cellLayer, type CellLayer } from './cellLayer';
import { checkPlacements, placementSpecs, type PlacementNormalizers } from './placedNormalizers';

export interface GruOptions {
  readonly units: number;
  /** One bias on W·x, or PyTorch's two; default 1. */
  readonly biases?: 1 | 2;
  /** Default: none anywhere; a GRU has no `cell` and no single sum for `preActivation`. */
  readonly normalize?: PlacementNormalizers;
  /** Instead of the model's. */
  readonly initializer?: InitializerSpec;
}

/**
 * A gated recurrent layer in PyTorch's form.
 *
 *   r, z = σ(N₁(W·x)_rz + b_rz + N₂(h·U)_rz)      gate order r, z, n
 *   n = tanh(N₁(W·x)_n + b_n + r·N₂(h·U)_n)       h' = (1 − z)·n + z·h
 *
 * where N₁ is `normalize.inputToHidden` and N₂ `hiddenToHidden`; a second bias is added to N₂(h·U).
 *
 * @throws UsageError for settings that cannot be, alone or together.
 * @see Cho et al. 2014, with the reset gate after the product as cuDNN and PyTorch have it.
 */
export function gru(options: GruOptions): CellLayer {
  const { units, biases = 1, normalize = {}, initializer } = options;
  expectOnlyKeys('gru', options, ['units', 'biases', 'normalize', 'initializer']);
  expectNumber('gru: units', units, { integer: true, min: 1 });
  expectNumber('gru: biases', biases, { integer: true, min: 1, max: 2 });
  const checked = checkPlacements('gru', normalize, [
    'inputToHidden',
    'hiddenToHidden',
    'hiddenToOutput',
  ]);
  return cellLayer(
    {
      kind: 'gru',
      units,
      biases,
      normalize: placementSpecs(checked),
      ...(initializer && { initializer: checkInitializer('gru', initializer) }),
    },
    checked,
  );
}
