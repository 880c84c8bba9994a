import { expectShape, UsageError } from '@bnrnn/core';
import { tensor, type Variable } from '@tensorflow/tfjs-core';
import { gatesOf, type RecurrentSpec } from '../layers/cellParameters';
import { parameterAt } from '../layers/contextLookup';
import type { HasLayers, PytorchWeight } from './exportPytorchWeights';
import { pytorchPlaces } from './pytorchNames';
import { transposed } from './transposed';

const caller = 'importPytorchWeights';

/**
 * Assigns weights of PyTorch's `nn.LSTM`, `nn.GRU` or `nn.RNN` to a model's layers.
 *
 *   W = weight_ih_l<k>ᵀ    U = weight_hh_l<k>ᵀ    `_reverse` for the backward direction
 *
 * A layer with two biases keeps them; one with one bias gets their sum. Without any (PyTorch's
 * `bias=False`) they become 0.
 *
 * @param weights  PyTorch's `state_dict` of the module, nothing more.
 * @throws UsageError for a name that is missing or left over, for layers that these modules cannot
 * hold, and for a GRU with one bias whose candidate has a recurrent bias (the reset gate scales it);
 * ShapeError for a size that differs. Nothing is assigned then.
 */
export function importPytorchWeights(
  { spec, parameters }: HasLayers,
  weights: ReadonlyMap<string, PytorchWeight>,
): void {
  const left = new Set(weights.keys());
  const take = (name: string, shape: Record<string, number>): Float32Array => {
    const weight = weights.get(name);
    if (weight === undefined) throw new UsageError(`${caller}: ${name} is missing.`);
    expectShape(caller, name, weight, shape);
    left.delete(name);
    return weight.data;
  };
  const assignments: [Variable, Float32Array][] = [];

  for (const { spec: layer, path, suffix } of pytorchPlaces(caller, spec.layers, 'layers')) {
    const { units } = layer;
    const width = gatesOf(layer) * units;
    const at = (name: string): Variable => parameterAt(parameters, `${path}.${name}`);
    const [inputs] = at('input').shape as [number];
    const input = take(`weight_ih_${suffix}`, { gates: width, inputs });
    const recurrent = take(`weight_hh_${suffix}`, { gates: width, units });
    assignments.push([at('input'), transposed(input, width, inputs)]);
    assignments.push([at('recurrent'), transposed(recurrent, width, units)]);

    const names = [`bias_ih_${suffix}`, `bias_hh_${suffix}`];
    const [first, second] = names.some((name) => weights.has(name))
      ? names.map((name) => take(name, { gates: width }))
      : [new Float32Array(width), new Float32Array(width)];
    const [onInput, onHidden] = [first as Float32Array, second as Float32Array];
    if (layer.biases === 2) {
      assignments.push([at('bias'), onInput], [at('recurrentBias'), onHidden]);
    } else {
      expectSummable(layer, onHidden, names[1] as string);
      assignments.push([at('bias'), onInput.map((value, i) => value + (onHidden[i] as number))]);
    }
  }
  if (left.size > 0) {
    throw new UsageError(
      `${caller}: ${[...left].join(', ')} came too, which the model has no place for.`,
    );
  }
  for (const [variable, values] of assignments) {
    const next = tensor(values, variable.shape, 'float32');
    variable.assign(next);
    next.dispose();
  }
}

function expectSummable(
  { kind, units }: RecurrentSpec,
  onHidden: Float32Array,
  name: string,
): void {
  if (kind !== 'gru' || onHidden.subarray(2 * units).every((value) => value === 0)) return;
  throw new UsageError(
    `${caller}: ${name} is not zero for the candidate, and the layer has one bias: the reset gate scales that one, so the two have no sum.`,
    { hint: 'Build the layer with gru({ biases: 2 }).' },
  );
}
