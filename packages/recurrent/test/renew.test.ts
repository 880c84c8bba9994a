import { natural, type Normalizer } from '@bnrnn/normalization';
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
import { expectClose, filled, testBackends, toTensor3D } from '@bnrnn/test-utils';
import { keep, memory, mul, neg, ones, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const [time, batch] = [5, 7];
const lengths = [5, 2, 4, 5, 0, 3, 5];
const white = natural({ every: 2, sampleEvery: 1 });
const shared = { initializer: { kind: 'uniform', range: 0.6 }, seed: 4 } as const;

const models: Record<string, () => SequenceModel> = {
  'two LSTMs over words': () => words(lstm(wide), lstm({ ...wide, biases: 2, peepholes: 'all' })),
  'a GRU': () => words(gru(wide)),
  'a bidirectional RNN over ragged utterances': () =>
    frameClassifier({ ...shared, features: 4, classes: 5, layers: [bidirectional(rnn(wide))] }),
};
const wide = { units: 4, normalize: { inputToHidden: white } } as const;
const words = (...layers: Layer[]): SequenceModel =>
  languageModel({ ...shared, vocabulary: 7, embedding: 5, layers, dropout: 0.2 });

const inputs = (model: SequenceModel) =>
  model.unit === 'frame'
    ? { features: toTensor3D(filled([time, batch, 4], 12)), lengths }
    : {
        ids: Int32Array.from({ length: time * batch }, (_, k) => (k * 5) % 7),
        time,
        batch,
      };

/** One training step's forward pass, its measurements folded. */
function measure(model: SequenceModel, step: number): void {
  tidy(() => {
    const state = model.initialState(batch);
    const options = { mode: 'batch', training: true, step } as const;
    const { measured } = model.forward(inputs(model), state, options);
    expect([...measured.keys()]).toEqual([...model.statistics.keys()]);
    model.setStatistics(
      new Map(
        [...model.statistics].map(([path, statistics]) => {
          const { tensors, counts } = measured.get(path)!;
          const next = model.normalizers.get(path)!.fold!(statistics, tensors, counts);
          return [path, Object.fromEntries(Object.entries(next).map(([k, v]) => [k, keep(v)]))];
        }),
      ),
    );
  });
}
const logits = (model: SequenceModel): Float32Array =>
  tidy(() => model.apply(inputs(model)).logits.dataSync<'float32'>());

function expectLogits(model: SequenceModel, before: Float32Array): void {
  tidy(() => {
    expectClose(tensor1d(logits(model)), before, { rtol: 1e-5, atol: 1e-5 });
  });
}

describe.each(testBackends())('model.renew on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(Object.entries(models))('%s: other weights, the same logits', async (_, make) => {
    const model = make();
    const before = logits(model);
    const tensors = memory().numTensors;
    const weights = [...model.parameters].filter(([path]) => /^layers.*\.(input|bias)$/.test(path));
    for (const step of [1, 2, 4]) {
      measure(model, step - 1);
      const old = weights.map(([, variable]) => variable.dataSync().slice());
      expect([...(await model.renew(step))].sort()).toEqual(weights.map(([path]) => path).sort());
      // The same rows measured again are where they were.
      if (step === 1) {
        weights.forEach(([, variable], k) => expect(variable.dataSync()).not.toEqual(old[k]));
      }
      expectLogits(model, before);
      expect(await model.renew(step + 1)).toEqual([]);
    }
    expect(memory().numTensors).toBe(tensors);
    // Outside of training nothing is measured, in any mode.
    for (const mode of ['batch', 'stored'] as const) {
      tidy(() => {
        const options = { mode, training: false, step: 0 } as const;
        const { measured } = model.forward(inputs(model), model.initialState(batch), options);
        expect(measured.size).toBe(0);
      });
    }
    model.dispose();
  });

  test("a user's own strategy renews what it trains", async () => {
    // y = −gain·x; the sign goes to and fro between gain and a statistic, which keeps the function.
    const flip: Normalizer = {
      spec: { kind: 'flip' },
      needs: 'row',
      init: (features) => ({
        parameters: { gain: filledGain(features) },
        statistics: { sign: ones([1, 1]) },
      }),
      apply: (x, { gain }, { sign }) => ({ y: tidy(() => mul(mul(x, gain!), sign!)) }),
      fold: (statistics) => ({ ...statistics }),
      renew: ({ weights, bias, parameters, statistics }, step) => {
        expect([weights?.shape, bias]).toEqual([[5, 16], undefined]);
        return Promise.resolve(
          step % 2 === 0
            ? {
                parameters: { gain: neg(parameters!['gain']!) },
                statistics: { sign: neg(statistics!['sign']!) },
              }
            : undefined,
        );
      },
    };
    const model = words(lstm({ units: 4, normalize: { inputToHidden: flip } }));
    const before = logits(model);
    const gain = model.parameters.get('layers.0.inputToHidden.gain')!;
    const old = gain.dataSync().slice();
    expect(await model.renew(1)).toEqual([]);
    expect(await model.renew(2)).toEqual(['layers.0.inputToHidden.gain']);
    expect([...gain.dataSync()]).toEqual([...old].map((value) => -value));
    expectLogits(model, before);
    model.dispose();
  });

  test('values of another shape, and those that there are not, are refused and change nothing', async () => {
    const renewing = (renew: Normalizer['renew']): SequenceModel =>
      words(
        lstm({ units: 4, normalize: { inputToHidden: { ...white, ...(renew && { renew }) } } }),
      );
    const wrong = renewing(() => Promise.resolve({ weights: zeros([5, 3]) }));
    const before = logits(wrong);
    await expect(wrong.renew(1)).rejects.toThrow(
      'The normalizer layers.0.inputToHidden renews layers.0.input: [5, 3], expected [5, 16].',
    );
    expect(logits(wrong)).toEqual(before);
    const absent = renewing(() => Promise.resolve({ parameters: { gain: zeros([16]) } }));
    await expect(absent.renew(1)).rejects.toThrow(
      'The normalizer layers.0.inputToHidden renews layers.0.inputToHidden.gain, which the model does not have.',
    );
    wrong.dispose();
    absent.dispose();
  });
});

const filledGain = (features: number) =>
  tensor1d(Float32Array.from({ length: features }, (_, k) => 0.5 + k / 20));

test('whitened inputs are refused at h·U and where there is no product', () => {
  expect(() => lstm({ units: 4, normalize: { hiddenToHidden: white } })).toThrow(
    'lstm: normalize.hiddenToHidden is the strategy "natural", which normalizes the input of a product, and h is made step by step inside the recurrence.',
  );
  expect(() => lstm({ units: 4, normalize: { cell: white } })).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('cell is not one product') as string,
      hint: 'Use it at inputToHidden.',
    }),
  );
});
