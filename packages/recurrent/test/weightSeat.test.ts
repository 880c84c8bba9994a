import type { NormalizerStrategy, Normalizer } from '@bnrnn/normalization';
import {
  bidirectional,
  gru,
  languageModel,
  lstm,
  modelFromSpec,
  rnn,
  type Layer,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, testBackends } from '@bnrnn/test-utils';
import {
  add,
  dispose,
  div,
  mul,
  norm,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

let calls = 0;

/** W = g·v / ‖v‖ by column, after Salimans and Kingma 2016: a strategy of this test's own. */
const columns: Normalizer = {
  spec: { kind: 'columns' },
  needs: 'row',
  init: (_, { shift, weights }) => {
    expect(shift).toBe(false);
    return { parameters: { length: norm(weights!, 2, 0) }, statistics: {} };
  },
  apply() {
    throw new Error('a normalizer of weights was applied to activations');
  },
  mapWeights(weights, { length }) {
    calls++;
    return mul(weights, div(length!, norm(weights, 2, 0)));
  },
};
const strategy: NormalizerStrategy = { kind: 'columns', create: () => columns };

const model = (layer: Layer): SequenceModel =>
  languageModel({
    ...{ vocabulary: 7, embedding: 5, layers: [layer], dropout: 0.2 },
    ...{ initializer: { kind: 'uniform', range: 0.6 }, seed: 4 },
  });
const both = { inputToHidden: columns, hiddenToHidden: columns };
const [time, batch] = [5, 3];

/** The loss of one window, and its gradient by each parameter, by path. */
function gradients(of: SequenceModel): { loss: Tensor; by: Record<string, Tensor> } {
  const ids = [1, 4, 2, 6, 0, 3, 5, 5, 1, 2, 0, 4, 6, 3, 1];
  const state = of.initialState(batch);
  const paths = [...of.parameters].map(([path, { name }]) => [path, name] as const);
  const { value, grads } = variableGrads(
    () => {
      const { hidden } = of.forward({ ids, time, batch }, state, {
        ...{ mode: 'batch', training: true, step: 3 },
      });
      const weights = tensor1d(
        Array.from({ length: hidden.shape[1] }, (_, k) => Math.sin(3 * k + 1)),
      );
      return sum(mul(hidden, weights));
    },
    [...of.parameters.values()].slice(0, -2),
  ); // the softmax is no part of the loss
  dispose([...state]);
  return {
    loss: value,
    by: Object.fromEntries(
      paths.flatMap(([path, name]) => (grads[name] ? [[path, grads[name]]] : [])),
    ),
  };
}

/** Moves each v and g away from the start, where g is the length of v. */
function disturb(of: SequenceModel): void {
  for (const [path, parameter] of of.parameters) {
    if (path.endsWith('.length')) parameter.assign(tidy(() => mul(add(parameter, 0.3), 1.4)));
  }
}

const layers: [string, (normalize: typeof both | object) => Layer][] = [
  ['lstm', (normalize) => lstm({ units: 4, peepholes: 'all', normalize })],
  ['gru with two biases', (normalize) => gru({ units: 4, biases: 2, normalize })],
  ['rnn', (normalize) => rnn({ units: 4, normalize })],
];

describe.each(testBackends())('normalizers of weights on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(layers)('%s', (_, make) => {
    test('nothing changes at the start, and the layer keeps its biases', () => {
      const [plain, normalized] = [model(make({})), model(make(both))];
      const [a, b] = [gradients(plain), gradients(normalized)];
      expectClose(b.loss, a.loss.dataSync());
      const added = ['layers.0.inputToHidden.length', 'layers.0.hiddenToHidden.length'];
      expect([...normalized.parameters.keys()].sort()).toEqual(
        [...plain.parameters.keys(), ...added].sort(),
      );
      expect(normalized.statistics.size).toBe(0);
      dispose([a.loss, b.loss, a.by, b.by]);
      plain.dispose();
      normalized.dispose();
    });

    test('the gradients by v and g are those of the formula, and weights are mapped once a pass', () => {
      const normalized = model(make(both));
      disturb(normalized);
      calls = 0;
      const found = gradients(normalized);
      expect(calls).toBe(2);
      // The plain layer, with the weights that the formula gives.
      const plain = model(make({}));
      for (const [path, parameter] of plain.parameters) {
        parameter.assign(normalized.parameters.get(path)!);
      }
      const products = { input: 'inputToHidden', recurrent: 'hiddenToHidden' };
      const rows = (tensor: Tensor): number[][] => (tensor as Tensor2D).arraySync();
      const column = (matrix: number[][], k: number): number[] => matrix.map((row) => row[k]!);
      const dot = (a: number[], b: number[]) => a.reduce((all, value, i) => all + value * b[i]!, 0);
      for (const [name, placement] of Object.entries(products)) {
        const v = rows(normalized.parameters.get(`layers.0.${name}`)!);
        const g = (
          normalized.parameters.get(`layers.0.${placement}.length`) as unknown as Tensor1D
        ).arraySync();
        const lengths = g.map((_, k) => Math.sqrt(dot(column(v, k), column(v, k))));
        const effective = v.map((row) => row.map((value, k) => (g[k]! * value) / lengths[k]!));
        plain.parameters.get(`layers.0.${name}`)!.assign(tidy(() => tensor2d(effective)));
      }
      const wanted = gradients(plain);
      expectClose(found.loss, wanted.loss.dataSync());
      for (const [name, placement] of Object.entries(products)) {
        const v = rows(normalized.parameters.get(`layers.0.${name}`)!);
        const g = (
          normalized.parameters.get(`layers.0.${placement}.length`) as unknown as Tensor1D
        ).arraySync();
        const dW = rows(wanted.by[`layers.0.${name}`]!);
        // ∂g = v·∂W / ‖v‖     ∂v = g/‖v‖·(∂W − v·∂g/‖v‖)
        const lengths = g.map((_, k) => Math.sqrt(dot(column(v, k), column(v, k))));
        const dG = g.map((_, k) => dot(column(v, k), column(dW, k)) / lengths[k]!);
        const dV = v.map((row, i) =>
          row.map(
            (value, k) => (g[k]! / lengths[k]!) * (dW[i]![k]! - (value * dG[k]!) / lengths[k]!),
          ),
        );
        const tolerance = { rtol: 1e-4 };
        expectClose(found.by[`layers.0.${placement}.length`]!, dG, tolerance);
        expectClose(found.by[`layers.0.${name}`]!, dV.flat(), tolerance);
      }
      expectClose(found.by['layers.0.bias']!, wanted.by['layers.0.bias']!.dataSync());
      dispose([found.loss, wanted.loss, found.by, wanted.by]);
      plain.dispose();
      normalized.dispose();
    });
  });
});

describe('a normalizer of weights', () => {
  test('comes back from its spec, in a bidirectional layer with weights of its own each', () => {
    const layer = bidirectional(lstm({ units: 4, normalize: { inputToHidden: columns } }));
    const parameters = layer.parameters({
      ...{ path: 'layer', inputs: 3, seed: 1, initializer: { kind: 'uniform', range: 1 } },
    } as const);
    for (const direction of ['forward', 'backward']) {
      const weights = parameters.get(`layer.${direction}.input`) as unknown as Tensor2D;
      const length = parameters.get(`layer.${direction}.inputToHidden.length`)!;
      expectClose(
        length,
        tidy(() => norm(weights, 2, 0).dataSync() as Float32Array),
      );
      expect(parameters.has(`layer.${direction}.bias`)).toBe(true);
    }
    dispose([...parameters.values()]);
    const made = model(lstm({ units: 4, normalize: both }));
    const again = modelFromSpec(made.spec, { seed: 4, strategies: [strategy] });
    expect(again.spec).toEqual(made.spec);
    expect([...again.parameters.keys()]).toEqual([...made.parameters.keys()]);
    made.dispose();
    again.dispose();
  });

  test.each(['preActivation', 'cell'] as const)('is refused at %s, which is no product', (at) => {
    expect(() => lstm({ units: 4, normalize: { [at]: columns } })).toThrow(
      `lstm: normalize.${at} is the strategy "columns", which normalizes the weights of a product, and ${at} is not one product.`,
    );
  });

  test('is refused where two directions share one', () => {
    const layer = lstm({ units: 4, normalize: { inputToHidden: columns } });
    expect(() => bidirectional(layer, { statistics: 'shared' })).toThrow(
      'bidirectional: statistics are "shared" with the strategy "columns", which normalizes weights, and each direction has its own.',
    );
  });
});
