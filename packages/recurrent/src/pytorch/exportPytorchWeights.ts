import type { NormalizerSpec } from '@bnrnn/normalization';
import type { Variable } from '@tensorflow/tfjs-core';
import { gatesOf } from '../layers/cellParameters';
import { parameterAt } from '../layers/contextLookup';
import type { LayerSpec } from '../layers/layerSpec';
import { pytorchPlaces } from './pytorchNames';
import { transposed } from './transposed';

/** A weight as PyTorch's `state_dict` has it: float32, row-major. */
export interface PytorchWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model, or whatever holds its layers' specs and parameters. */
export interface HasLayers {
  readonly spec: {
    readonly layers: readonly LayerSpec[];
    readonly normalizeEmbedding?: NormalizerSpec;
  };
  readonly parameters: ReadonlyMap<string, Variable>;
}

/**
 * The weights of a model's layers under the names of PyTorch's `nn.LSTM`, `nn.GRU` or `nn.RNN`.
 *
 *   weight_ih_l<k> = Wᵀ [gates·units, inputs]    weight_hh_l<k> = Uᵀ [gates·units, units]
 *   bias_ih_l<k>, bias_hh_l<k> [gates·units]     `_reverse` for the backward direction
 *
 * Gates stand in the same order here and there. A layer with one bias gives it as `bias_ih`, and zeros
 * as `bias_hh`.
 *
 * @throws UsageError for layers that these modules cannot hold.
 * @see PyTorch's documentation of nn.LSTM, "Variables".
 */
export function exportPytorchWeights({ spec, parameters }: HasLayers): Map<string, PytorchWeight> {
  const weights = new Map<string, PytorchWeight>();
  const places = pytorchPlaces('exportPytorchWeights', spec);
  for (const { spec: layer, path, suffix } of places) {
    const width = gatesOf(layer) * layer.units;
    const read = (name: string): Float32Array => {
      const values = parameterAt(parameters, `${path}.${name}`).dataSync();
      return Float32Array.from(values);
    };
    const input = read('input');
    const inputs = input.length / width;
    weights.set(`weight_ih_${suffix}`, {
      shape: [width, inputs],
      data: transposed(input, inputs, width),
    });
    weights.set(`weight_hh_${suffix}`, {
      shape: [width, layer.units],
      data: transposed(read('recurrent'), layer.units, width),
    });
    const second = layer.biases === 2 ? read('recurrentBias') : new Float32Array(width);
    weights.set(`bias_ih_${suffix}`, { shape: [width], data: read('bias') });
    weights.set(`bias_hh_${suffix}`, { shape: [width], data: second });
  }
  return weights;
}
