import { layerNorm, type Normalizer, type NormalizerStrategy } from '@bnrnn/normalization';
import {
  gru,
  languageModel,
  layerFromSpec,
  lstm,
  modelFromSpec,
  rnn,
  type CellLayer,
  type ModelSpec,
  type PlacementNormalizers,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, expectNoLeak, fromTensor, testBackends } from '@bnrnn/test-utils';
import {
  add,
  div,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  variableGrads,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerArrays, layerVariables } from './layerRig';

/** Layer normalization in the caller's own words: no kernel knows its kind. */
function standardized(epsilon: number): Normalizer {
  const normalize = (x: Tensor3D, gain: Tensor, shift: Tensor | undefined): Tensor3D =>
    tidy(() => {
      const centred = sub(x, mean(x, -1, true));
      const deviation = sqrt(add(mean(square(centred), -1, true), epsilon));
      const scaled = mul(div(centred, deviation), gain);
      return (shift === undefined ? scaled : add(scaled, shift)) as Tensor3D;
    });
  const spec = { kind: 'standardized', epsilon };
  return {
    ...layerNorm(),
    spec,
    apply: (x, { gain, shift }) => ({ y: normalize(x, gain as Tensor, shift) }),
  };
}

const strategy: NormalizerStrategy = {
  kind: 'standardized',
  create: ({ epsilon }) => standardized(epsilon as number),
};

const epsilon = 0.02;
const own = standardized(epsilon);
const builtIn = layerNorm({ epsilon });
const units = 5;
const size = { inputs: 3, time: 7, batch: 4, seed: 11 };

type Make = (normalizer: Normalizer) => CellLayer;
const at = (placed: (normalizer: Normalizer) => PlacementNormalizers): Make => {
  return (normalizer) => lstm({ units, normalize: placed(normalizer) });
};
const layers: [string, Make][] = [
  ['inputToHidden', at((n) => ({ inputToHidden: n }))],
  ['hiddenToHidden', at((n) => ({ hiddenToHidden: n }))],
  ['preActivation', at((n) => ({ preActivation: n }))],
  ['cell', at((n) => ({ cell: n }))],
  ['three placements', at((n) => ({ inputToHidden: n, hiddenToHidden: n, cell: n }))],
  ['h·U of a GRU', (n) => gru({ units, normalize: { hiddenToHidden: n } })],
  ['the sum of an RNN', (n) => rnn({ units, normalize: { preActivation: n } })],
];

describe.each(testBackends())("a strategy of the caller's own on %s", (backend) => {
  beforeAll(() => startBackend(backend));

  const results = (layer: CellLayer) => {
    const { all, run } = layerVariables(layer, layerArrays(layer, size));
    const variables = Object.values(all);
    const { value, grads } = variableGrads(() => {
      const { hidden } = run({ mode: 'batch', statistics: new Map() });
      return sum(mul(square(hidden), add(hidden, 2)));
    }, variables);
    const read = Object.entries(all).map(
      ([name, { name: key }]) => [name, fromTensor(grads[key] as Tensor)] as const,
    );
    const loss = fromTensor(value);
    for (const tensor of [value, ...variables, ...Object.values(grads)]) tensor.dispose();
    return { loss, gradients: new Map(read) };
  };

  it.each(layers)(
    'gives at %s what the same formula built in gives, and its gradient',
    (_, make) => {
      const expected = results(make(builtIn));
      const found = results(make(own));
      expectClose(found.loss, expected.loss, { rtol: 1e-5 });
      expect([...found.gradients.keys()]).toEqual([...expected.gradients.keys()]);
      for (const [name, gradient] of expected.gradients) {
        expectClose(found.gradients.get(name)!, gradient, { rtol: 1e-4 });
      }
    },
  );

  it('leaves no tensor behind', () => {
    const layer = lstm({ units, normalize: { hiddenToHidden: own, cell: own } });
    const { run } = layerVariables(layer, layerArrays(layer, size));
    expectNoLeak(() => {
      const { hidden, state } = run({ mode: 'stored', statistics: new Map() });
      for (const tensor of [hidden, ...state]) tensor.dispose();
    });
  });
});

describe('the specification of a strategy', () => {
  beforeAll(() => startBackend('cpu'));

  const newModel = (normalizer: Normalizer) =>
    languageModel({
      vocabulary: 7,
      embedding: 4,
      layers: [lstm({ units, normalize: { hiddenToHidden: normalizer } })],
      initializer: { kind: 'zeros' },
      seed: 3,
    });

  it('gives the model back where the strategy is named, and is refused where it is not', () => {
    const model = newModel(own);
    const spec = JSON.parse(JSON.stringify(model.spec)) as ModelSpec;
    const again = modelFromSpec(spec, { seed: 3, strategies: [strategy] });
    expect(again.spec).toEqual(model.spec);
    expect([...again.parameters.keys()]).toEqual([...model.parameters.keys()]);
    expect(again.parameters.has('layers.0.hiddenToHidden.gain')).toBe(true);
    expect(() => modelFromSpec(spec, { seed: 3 })).toThrow(
      'kind is "standardized", expected one of: none, batch, layer',
    );
  });

  it('refuses a kind that is taken', () => {
    const [layer] = newModel(own).spec.layers;
    expect(() => layerFromSpec(layer!, { strategies: [strategy, strategy] })).toThrow(
      'strategies: two strategies have the kind "standardized", expected one.',
    );
  });

  it('is refused where it needs values that a placement or a model must not see', () => {
    const sequence: Normalizer = { ...own, needs: 'sequence' };
    expect(() => newModel(sequence)).toThrow('cannot be used inside the recurrence');
    const layers = [lstm({ units, normalize: { inputToHidden: sequence } })];
    expect(() =>
      languageModel({
        vocabulary: 7,
        embedding: 4,
        layers,
        initializer: { kind: 'zeros' },
        seed: 3,
      }),
    ).toThrow('cannot be used in a causal model');
  });
});
