import { expectNumber, expectOneOf } from '@bnrnn/core';
import { expectOnlyKeys } from '../expectOnlyKeys';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import { cellLayer, type CellLayer } from './cellLayer';
import type { RnnSpec } from './layerSpec';
import { checkPlacements, placementSpecs, type PlacementNormalizers } from './placedNormalizers';

export interface RnnOptions {
  readonly units: number;
  /** Default `tanh`. */
  readonly activation?: RnnSpec['activation'];
  /** One bias, or PyTorch's two (on W·x and on h·U); default 1. */
  readonly biases?: 1 | 2;
  /** Default: none anywhere; a vanilla RNN has no `cell`. */
  readonly normalize?: PlacementNormalizers;
  /** Instead of the model's. */
  readonly initializer?: InitializerSpec;
}

/**
 * A vanilla recurrent layer.
 *
 *   h' = φ(N₂(N₁(W·x) + N₁'(h·U)) + b),   φ = tanh or relu
 *
 * where N₁ is `normalize.inputToHidden`, N₁' `hiddenToHidden` and N₂ `preActivation`.
 *
 * @throws UsageError for settings that cannot be, alone or together.
 * @see docs/paper-map.md#recurrent-networks.
 */
export function rnn(options: RnnOptions): CellLayer {
  const { units, activation = 'tanh', biases = 1, normalize = {}, initializer } = options;
  expectOnlyKeys('rnn', options, ['units', 'activation', 'biases', 'normalize', 'initializer']);
  expectNumber('rnn: units', units, { integer: true, min: 1 });
  expectNumber('rnn: biases', biases, { integer: true, min: 1, max: 2 });
  expectOneOf('rnn: activation', activation, ['tanh', 'relu']);
  const allowed = ['inputToHidden', 'hiddenToHidden', 'preActivation', 'hiddenToOutput'] as const;
  const checked = checkPlacements('rnn', normalize, allowed);
  return cellLayer(
    {
      kind: 'rnn',
      units,
      activation,
      biases,
      normalize: placementSpecs(checked),
      ...(initializer && { initializer: checkInitializer('rnn', initializer) }),
    },
    checked,
  );
}
