import { batchNorm, layerNorm, natural, type Normalizer } from '@bnrnn/normalization';
import {
  bidirectional,
  frameClassifier,
  gru,
  languageModel,
  lstm,
  rnn,
  type Layer,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  expectClose,
  expectNoLeak,
  filled,
  testBackends,
  toTensor,
  toTensor3D,
} from '@bnrnn/test-utils';
import {
  add,
  dispose,
  div,
  matMul,
  mul,
  norm,
  reshape,
  tidy,
  type Rank,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const frame = batchNorm({ over: 'frame', gain: 0.7 });
const double = batchNorm({ over: 'frame', epsilonRule: 'double', epsilon: 0.05 });
const perStep = batchNorm({ over: 'frame', perStep: true, maxSteps: 3 });
const layered = layerNorm();
const white = natural();

/** y = x·R with a fixed matrix R, its offset in statistics of another name than mean. */
const mixing: Normalizer = {
  spec: { kind: 'mixing' },
  needs: 'frame',
  init: (features) => ({
    parameters: {},
    statistics: { moved: toTensor(filled([1, features], 3)) },
  }),
  apply(x, _, { moved }) {
    const [time, batch, features] = x.shape;
    const rows = reshape<Rank.R2>(x, [time * batch, features]);
    return { y: reshape<Rank.R3>(add(matMul(rows, mixer(features)), moved!), x.shape) };
  },
  fold: (statistics) => ({ ...statistics }),
  storedMap(_, { moved }) {
    const features = moved!.size;
    return { factor: mixer(features), offset: reshape(moved!, [features]) };
  },
};
const mixer = (features: number): Tensor2D =>
  toTensor(filled([features, features], 8, -0.4, 0.4)) as Tensor2D;

/** Columns of a length of their own. */
const columns: Normalizer = {
  spec: { kind: 'columns' },
  needs: 'row',
  init: (_, { weights }) => ({ parameters: { length: norm(weights!, 2, 0) }, statistics: {} }),
  apply: () => {
    throw new Error('not for activations');
  },
  mapWeights: (weights, { length }) => mul(weights, div(length!, norm(weights, 2, 0))),
};

const shared = { initializer: { kind: 'uniform', range: 0.6 }, seed: 4 } as const;
const words = (...layers: Layer[]): SequenceModel =>
  languageModel({ ...shared, vocabulary: 7, embedding: 5, layers });
const frames = (layer: Layer): SequenceModel =>
  frameClassifier({ ...shared, features: 4, classes: 5, layers: [layer] });

/** Moves parameters and statistics to where training could have brought them. */
function disturb(model: SequenceModel): void {
  [...model.parameters.values()].forEach((parameter, k) => {
    parameter.assign(tidy(() => add(parameter, toTensor(filled(parameter.shape, k, -0.2, 0.3)))));
  });
  const statistics = [...model.statistics].map(([path, tensors], k) => {
    const moved = Object.entries(tensors).map(([name, { shape }]) => {
      const [low, high] = name === 'variance' ? [0.3, 2] : [-0.5, 0.5];
      return [name, toTensor(filled(shape, 70 + k, low, high))];
    });
    return [path, Object.fromEntries(moved)] as const;
  });
  model.setStatistics(new Map(statistics));
}

/** Logits of one window under the stored statistics. */
function logits(model: SequenceModel): Tensor3D {
  const [time, batch] = [5, 3];
  return tidy(() => {
    if (model.unit === 'frame') {
      const features = toTensor3D(filled([time, batch, 4], 12));
      return model.apply({ features, lengths: [5, 2, 4] }).logits;
    }
    const ids = [1, 4, 2, 6, 0, 3, 5, 5, 1, 2, 0, 4, 6, 3, 1];
    return model.apply({ ids, time, batch }).logits;
  });
}

const both = { inputToHidden: frame, hiddenToHidden: double };
const cases: [string, () => SequenceModel, string[]][] = [
  [
    'lstm, W·x',
    () => words(lstm({ units: 4, biases: 2, normalize: { inputToHidden: frame } })),
    [],
  ],
  ['lstm, W·x and h·U', () => words(lstm({ units: 4, peepholes: 'all', normalize: both })), []],
  ['lstm, h·U', () => words(lstm({ units: 4, normalize: { hiddenToHidden: double } })), []],
  ['rnn, the sum', () => words(rnn({ units: 4, normalize: { preActivation: double } })), []],
  ['gru, both products', () => words(gru({ units: 4, normalize: both })), []],
  [
    'gru with two biases, h·U',
    () => words(gru({ units: 4, biases: 2, normalize: { hiddenToHidden: frame } })),
    [],
  ],
  ['a matrix', () => words(rnn({ units: 4, normalize: { inputToHidden: mixing } })), []],
  ['a matrix inside', () => words(gru({ units: 4, normalize: { hiddenToHidden: mixing } })), []],
  [
    'weights',
    () => words(lstm({ units: 4, normalize: { inputToHidden: columns, hiddenToHidden: columns } })),
    [],
  ],
  [
    'whitened inputs',
    () =>
      words(
        lstm({ units: 4, biases: 2, normalize: { inputToHidden: white, hiddenToHidden: double } }),
        gru({ units: 4, normalize: { inputToHidden: white, hiddenToHidden: frame } }),
      ),
    [],
  ],
  [
    'whitened inputs of two directions',
    () => frames(bidirectional(rnn({ units: 4, normalize: { inputToHidden: white } }))),
    [],
  ],
  [
    'what cannot be folded stays',
    () =>
      words(
        lstm({
          units: 4,
          normalize: { inputToHidden: frame, hiddenToHidden: perStep, cell: frame },
        }),
        rnn({ units: 4, normalize: { inputToHidden: layered, hiddenToHidden: frame } }),
      ),
    [
      'layers.0.hiddenToHidden: its statistics are kept for each time step',
      'layers.0.cell: cell is no product of the layer, whose weights could take it up',
      'layers.1.inputToHidden: what "layer" does depends on the row',
      'layers.1.hiddenToHidden: its offset belongs to the bias, and the shift of inputToHidden stands for that',
    ],
  ],
  [
    'what stands outside of products stays',
    () =>
      languageModel({
        ...{ ...shared, vocabulary: 7, embedding: 5, normalizeEmbedding: frame },
        layers: [lstm({ units: 4, normalize: { inputToHidden: frame, hiddenToOutput: layered } })],
      }),
    [
      'embedding: the input of the first layer is no product, whose weights could take it up',
      'layers.0.hiddenToOutput: hiddenToOutput is no product of the layer, whose weights could take it up',
    ],
  ],
  [
    'two layers',
    () => words(...[1, 2].map(() => lstm({ units: 4, normalize: { inputToHidden: frame } }))),
    [],
  ],
  ['two directions', () => frames(bidirectional(lstm({ units: 4, normalize: both }))), []],
  [
    'two directions that share',
    () =>
      frames(
        bidirectional(rnn({ units: 4, normalize: { inputToHidden: frame } }), {
          statistics: 'shared',
        }),
      ),
    [],
  ],
];

describe.each(testBackends())('model.fold on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(cases)('%s: the same logits', (_, make, wanted) => {
    const model = make();
    disturb(model);
    const before = logits(model);
    const { model: folded, left } = model.fold();
    expect(left.map(({ path, reason }) => `${path}: ${reason}`)).toEqual(wanted);
    expect([...folded.normalizers.keys()]).toEqual(left.map(({ path }) => path));
    const after = logits(folded);
    expectClose(after, before.dataSync(), { rtol: 1e-5 });
    // What is folded is a model of its own.
    folded.dispose();
    const again = logits(model);
    expect(again.dataSync()).toEqual(before.dataSync());
    dispose([before, after, again]);
    model.dispose();
  });

  test('leaves nothing behind', () => {
    const model = words(lstm({ units: 4, normalize: { ...both, cell: layered } }));
    expectNoLeak(() => {
      model.fold().model.dispose();
      return [];
    });
    model.dispose();
  });
});
