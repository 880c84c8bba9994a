import { gatesOf, type RecurrentSpec } from '../layers/cellShapes';
import { expectShape, UsageError } from '@bnrnn/core';
import { tensor, type Variable } from '@tensorflow/tfjs-core';
import { parameterAt } from '../layers/contextLookup';
import { pytorchPlaces, type HasLayers } from './pytorchNames';
import { transposed } from './transposed';

const caller = 'importPytorchWeights';

/** Weights as a file gives them: float32, or float64, which is rounded. */
export interface StoredWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

export interface ImportPytorchOptions {
  /** What stands before the module's names, e.g. `rnn.` in the `state_dict` of a whole model. */
  readonly prefix?: string;
}

/**
 * Assigns weights of PyTorch's `nn.LSTM`, `nn.GRU` or `nn.RNN` to a model's layers.
 *
 *   W = weight_ih_l<k>ᵀ    U = weight_hh_l<k>ᵀ    `_reverse` for the backward direction
 *
 * A layer with two biases keeps them; one with one bias gets their sum. Without any (PyTorch's
 * `bias=False`) they become 0.
 *
 * @param weights  PyTorch's `state_dict` of the module; with `prefix`, of a model that holds it: names
 * without the prefix are not read.
 * @throws UsageError for a name that is missing or left over, for weights that are integers, for layers that these modules cannot
 * hold, and for a GRU with one bias whose candidate has a recurrent bias (the reset gate scales it);
 * ShapeError for a size that differs. Nothing is assigned then.
 */
export function importPytorchWeights(
  { spec, parameters }: HasLayers,
  weights: ReadonlyMap<string, StoredWeight>,
  { prefix = '' }: ImportPytorchOptions = {},
): void {
  const left = new Set([...weights.keys()].filter((name) => name.startsWith(prefix)));
  const take = (own: string, shape: Record<string, number>): Float32Array => {
    const name = prefix + own;
    const weight = weights.get(name);
    if (weight === undefined) throw missing(name, own, [...weights.keys()]);
    expectShape(caller, name, weight, shape);
    left.delete(name);
    return float32(name, weight);
  };
  const assignments: [Variable, Float32Array][] = [];

  for (const { spec: layer, path, suffix } of pytorchPlaces(caller, spec)) {
    const { units } = layer;
    const width = gatesOf(layer) * units;
    const at = (name: string): Variable => parameterAt(parameters, `${path}.${name}`);
    const [inputs] = at('input').shape as [number];
    const input = take(`weight_ih_${suffix}`, { gates: width, inputs });
    const recurrent = take(`weight_hh_${suffix}`, { gates: width, units });
    assignments.push([at('input'), transposed(input, width, inputs)]);
    assignments.push([at('recurrent'), transposed(recurrent, width, units)]);

    const names = [`bias_ih_${suffix}`, `bias_hh_${suffix}`];
    const [first, second] = names.some((name) => weights.has(prefix + name))
      ? names.map((name) => take(name, { gates: width }))
      : [new Float32Array(width), new Float32Array(width)];
    const [onInput, onHidden] = [first as Float32Array, second as Float32Array];
    if (layer.biases === 2) {
      assignments.push([at('bias'), onInput], [at('recurrentBias'), onHidden]);
    } else {
      expectSummable(layer, onHidden, prefix + (names[1] as string));
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

/** The error for a name that is not there, with the prefixes under which it is. */
function missing(name: string, own: string, names: readonly string[]): UsageError {
  const prefixes = names
    .filter((other) => other !== name && other.endsWith(`.${own}`))
    .map((other) => `"${other.slice(0, -own.length)}"`);
  if (prefixes.length === 0) return new UsageError(`${caller}: ${name} is missing.`);
  const found = `there is one under ${prefixes.join(' and under ')}`;
  return new UsageError(`${caller}: ${name} is missing, and ${found}.`, {
    hint: `Name the module's prefix: ${caller}(model, weights, { prefix: ${prefixes[0] ?? ''} }).`,
  });
}

function float32(name: string, { data }: StoredWeight): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  throw new UsageError(
    `${caller}: ${name} holds integers, expected a Float32Array or a Float64Array.`,
    { hint: 'Quantized weights are not read; export them as floating-point numbers.' },
  );
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
