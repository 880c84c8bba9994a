import { expectNumber, expectOneOf } from '@bnrnn/core';
import { expectOnlyKeys } from '../expectOnlyKeys';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import { cellLayer, type CellLayer } from './cellLayer';
import { placements, type LstmSpec } from './layerSpec';
import { checkPlacements, placementSpecs, type PlacementNormalizers } from './placedNormalizers';

export interface LstmOptions {
  readonly units: number;
  /** One bias, or PyTorch's two (on W·x and on h·U); default 1. */
  readonly biases?: 1 | 2;
  /** Which gates see the cell; default `none`. */
  readonly peepholes?: LstmSpec['peepholes'];
  /** Default: none anywhere. */
  readonly normalize?: PlacementNormalizers;
  /** Instead of the model's. */
  readonly initializer?: InitializerSpec;
}

/**
 * A long short-term memory layer.
 *
 *   i, f, g, o = N₂(N₁(W·x) + N₁'(h·U)) + b     gate order i, f, g, o
 *   c' = σ(f)·c + σ(i)·tanh(g)                  h' = σ(o)·tanh(N₃(c'))
 *
 * where N₁ is `normalize.inputToHidden`, N₁' `hiddenToHidden`, N₂ `preActivation`, N₃ `cell`. Where
 * W·x or the sum is normalized, a shift takes over the bias. What goes up to the next layer is N₄(h'),
 * `hiddenToOutput`; the recurrence has h' itself.
 *
 * @throws UsageError for settings that cannot be, alone or together.
 * @see docs/paper-map.md#recurrent-networks; Cooijmans et al. 2016 for h·U and the cell.
 */
export function lstm(options: LstmOptions): CellLayer {
  const { units, biases = 1, peepholes = 'none', normalize = {}, initializer } = options;
  expectOnlyKeys('lstm', options, ['units', 'biases', 'peepholes', 'normalize', 'initializer']);
  expectNumber('lstm: units', units, { integer: true, min: 1 });
  expectNumber('lstm: biases', biases, { integer: true, min: 1, max: 2 });
  expectOneOf('lstm: peepholes', peepholes, ['none', 'output', 'all']);
  const checked = checkPlacements('lstm', normalize, placements);
  return cellLayer(
    {
      kind: 'lstm',
      units,
      biases,
      peepholes,
      normalize: placementSpecs(checked),
      ...(initializer && { initializer: checkInitializer('lstm', initializer) }),
    },
    checked,
  );
}
