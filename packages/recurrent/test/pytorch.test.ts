import { batchNorm } from '@bnrnn/normalization';
import {
  bidirectional,
  exportPytorchWeights,
  gru,
  importPytorchWeights,
  languageModel,
  lstm,
  rnn,
  type HasLayers,
  type Layer,
  type PytorchWeight,
  type StoredWeight,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inOrder } from './layerRig';

const units = 3;

function holder(layers: readonly Layer[], seed = 1): HasLayers {
  const initializer = { kind: 'uniform', range: 0.5 } as const;
  const place = { path: 'layers', inputs: 2, initializer, seed };
  const parameters = inOrder(layers).parameters(place);
  return { spec: { layers: layers.map(({ spec }) => spec) }, parameters };
}

function values({ parameters }: HasLayers): unknown[] {
  return [...parameters].map(([path, variable]) => [path, variable.dataSync()]);
}

describe("PyTorch's weights", () => {
  beforeAll(() => startBackend(testBackend()));

  it.each([
    ['lstm, two biases', [lstm({ units, biases: 2 }), lstm({ units, biases: 2 })]],
    ['gru, both directions', [bidirectional(gru({ units, biases: 2 }))]],
    ['rnn, one bias', [rnn({ units })]],
  ])('%s: what is written is read back', (_, layers) => {
    const [source, target] = [holder(layers, 1), holder(layers, 2)];
    expect(values(target)).not.toEqual(values(source));
    const tensors = memory().numTensors;
    importPytorchWeights(target, exportPytorchWeights(source));
    expect(values(target)).toEqual(values(source));
    expect(memory().numTensors).toBe(tensors);
  });

  it('have names and shapes of the module, for a whole model too', () => {
    const model = languageModel({
      vocabulary: 7,
      embedding: 2,
      layers: [lstm({ units, biases: 2 }), lstm({ units: 4, biases: 2 })],
      initializer: { kind: 'uniform', range: 0.5 },
      seed: 1,
    });
    const weights = exportPytorchWeights(model);
    expect([...weights].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight_ih_l0', [12, 2]],
      ['weight_hh_l0', [12, 3]],
      ['bias_ih_l0', [12]],
      ['bias_hh_l0', [12]],
      ['weight_ih_l1', [16, 3]],
      ['weight_hh_l1', [16, 4]],
      ['bias_ih_l1', [16]],
      ['bias_hh_l1', [16]],
    ]);
    const input = model.parameters.get('layers.0.input')!.arraySync() as number[][];
    expect(weights.get('weight_ih_l0')!.data[5 * 2 + 1]).toBe(input[1]![5]);
  });

  it('one bias is the sum of two, and 0 where the module has none', () => {
    const target = holder([lstm({ units })]);
    const weights = exportPytorchWeights(holder([lstm({ units, biases: 2 })], 4));
    const bias = () => target.parameters.get('layers.0.bias')!.dataSync();
    importPytorchWeights(target, weights);
    const [onInput, onHidden] = ['bias_ih_l0', 'bias_hh_l0'].map((name) => weights.get(name)!.data);
    expect(bias()).toEqual(onInput!.map((value, i) => value + onHidden![i]!));
    weights.delete('bias_ih_l0');
    weights.delete('bias_hh_l0');
    importPytorchWeights(target, weights);
    expect(bias()).toEqual(new Float32Array(12));
  });

  it('a GRU with one bias refuses the candidate that the reset gate scales', () => {
    const weights = exportPytorchWeights(holder([gru({ units, biases: 2 })]));
    expect(() => importPytorchWeights(holder([gru({ units })]), weights)).toThrow(
      'importPytorchWeights: bias_hh_l0 is not zero for the candidate',
    );
    weights.get('bias_hh_l0')!.data.fill(0, 2 * units);
    expect(() => importPytorchWeights(holder([gru({ units })]), weights)).not.toThrow();
  });

  it('are found under a prefix, in the weights of a whole model', () => {
    const [source, target] = [holder([lstm({ units })], 5), holder([lstm({ units })], 6)];
    const module = exportPytorchWeights(source);
    const whole = new Map([...module].map(([name, weight]) => [`rnn.${name}`, weight]));
    whole.set('decoder.weight', { shape: [7, 3], data: new Float32Array(21) });
    const attempt = (prefix?: string) => () =>
      importPytorchWeights(target, whole, prefix === undefined ? {} : { prefix });
    const before = values(target);
    expect(attempt()).toThrow(
      expect.objectContaining({
        message: 'importPytorchWeights: weight_ih_l0 is missing, and there is one under "rnn.".',
        hint: 'Name the module\'s prefix: importPytorchWeights(model, weights, { prefix: "rnn." }).',
      }),
    );
    expect(attempt('lstm.')).toThrow('lstm.weight_ih_l0 is missing, and there is one under "rnn."');
    whole.set('rnn.weight_hr_l0', { shape: [1], data: new Float32Array(1) });
    expect(attempt('rnn.')).toThrow('rnn.weight_hr_l0 came too, which the model has no place for.');
    whole.delete('rnn.weight_hr_l0');
    expect(values(target)).toEqual(before);
    attempt('rnn.')();
    expect(values(target)).toEqual(values(source));
  });

  it('names every prefix under which a module could be meant', () => {
    const weights = exportPytorchWeights(holder([lstm({ units })]));
    const both = new Map(
      ['encoder.rnn.', 'decoder.'].flatMap((prefix) =>
        [...weights].map(([name, weight]) => [prefix + name, weight]),
      ),
    );
    expect(() => importPytorchWeights(holder([lstm({ units })]), both)).toThrow(
      'there is one under "encoder.rnn." and under "decoder.".',
    );
  });

  it('may be float64, which is rounded, and are no integers', () => {
    const [source, target] = [holder([gru({ units })], 5), holder([gru({ units })], 6)];
    const weights = exportPytorchWeights(source);
    const stored = new Map<string, StoredWeight>(
      [...weights].map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data) },
      ]),
    );
    importPytorchWeights(target, stored);
    expect(values(target)).toEqual(values(source));
    stored.set('weight_hh_l0', { shape: [9, 3], data: new Int32Array(27) });
    expect(() => importPytorchWeights(target, stored)).toThrow('weight_hh_l0 holds integers');
  });

  it('refuses names that are missing or left over, and sizes that differ, and assigns nothing', () => {
    const target = holder([lstm({ units })]);
    const before = values(target);
    const change = (edit: (weights: Map<string, PytorchWeight>) => void) => () => {
      const weights = exportPytorchWeights(holder([lstm({ units })], 9));
      edit(weights);
      importPytorchWeights(target, weights);
    };
    expect(change((w) => w.delete('weight_hh_l0'))).toThrow('weight_hh_l0 is missing');
    expect(change((w) => w.set('weight_hr_l0', w.get('bias_hh_l0')!))).toThrow(
      'importPytorchWeights: weight_hr_l0 came too, which the model has no place for.',
    );
    const short = { shape: [12, 4], data: new Float32Array(48) };
    expect(change((w) => w.set('weight_hh_l0', short))).toThrow(
      'importPytorchWeights: weight_hh_l0 is [12, 4], expected [gates=12, units=3].',
    );
    expect(values(target)).toEqual(before);
  });

  it.each([
    ['normalizers', [lstm({ units, normalize: { cell: batchNorm({ over: 'frame' }) } })]],
    ['normalizers', [lstm({ units, normalize: { hiddenToOutput: batchNorm({ over: 'frame' }) } })]],
    ['peepholes', [lstm({ units, peepholes: 'all' })]],
    ['merge "sum"', [bidirectional(lstm({ units }), { merge: 'sum' })]],
    ['layers of several kinds', [lstm({ units }), gru({ units })]],
  ])('refuses %s', (what, layers) => {
    const sentence = new RegExp(`^exportPytorchWeights: layers.* has ${what}.*, which PyTorch`);
    expect(() => exportPytorchWeights(holder(layers))).toThrow(sentence);
  });

  it('refuses a normalized embedding, for which PyTorch has no seat', () => {
    const { spec, parameters } = holder([lstm({ units })]);
    const normalizeEmbedding = batchNorm({ over: 'frame' }).spec;
    expect(() =>
      exportPytorchWeights({ spec: { ...spec, normalizeEmbedding }, parameters }),
    ).toThrow('exportPytorchWeights: embedding has a normalizer, which PyTorch');
  });
});
