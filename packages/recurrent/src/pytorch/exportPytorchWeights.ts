import { cellShapes, gatesOf } from '../layers/cellShapes';
import { parameterAt } from '../layers/contextLookup';
import { pytorchPlaces, type HasLayers } from './pytorchNames';
import { transposed } from './transposed';

/** A weight as PyTorch's `state_dict` has it: float32, row-major. */
export interface PytorchWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
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
    const [inputs] = parameterAt(parameters, `${path}.input`).shape as [number];
    for (const { name, pytorch, shape } of cellShapes(layer, {}, inputs)) {
      if (pytorch === undefined) continue;
      const values = Float32Array.from(parameterAt(parameters, `${path}.${name}`).dataSync());
      const [rows, columns] = shape as readonly [number, number?];
      weights.set(
        `${pytorch}_${suffix}`,
        columns === undefined
          ? { shape, data: values }
          : { shape: [columns, rows], data: transposed(values, rows, columns) },
      );
    }
    // A layer with one bias has no second one of its own.
    if (layer.biases === 1) {
      weights.set(`bias_hh_${suffix}`, { shape: [width], data: new Float32Array(width) });
    }
  }
  return weights;
}
