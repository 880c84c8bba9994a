import { randomStream } from '@bnrnn/core';
import { batchNorm, weight } from '@bnrnn/normalization';
import {
  bidirectional,
  languageModel,
  lstm,
  modelFromSpec,
  type Layer,
  type ModelSpec,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { projectedCrossEntropy, startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  filledIds,
  fromTensor,
  oracle,
  testBackend,
  testBackends,
  toTensor,
  toTensor2D,
  type Array64,
} from '@bnrnn/test-utils';
import { memory, mul, sum, variableGrads, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { oracleLayer, sequenceNormalizer } from './oracleLayer';

const [time, batch, vocabulary, units, embedding] = [7, 4, 11, 5, 6];
const frame = batchNorm({ over: 'frame', epsilon: 0.05, epsilonRule: 'double' });
const rate = 0.4;
const ids = filledIds(time * batch, 1, vocabulary);
const targets = filledIds(time * batch, 2, vocabulary);

function newModel(layer: Layer, seed = 3): SequenceModel {
  return languageModel({
    vocabulary,
    embedding,
    layers: [layer, layer],
    dropout: rate,
    initializer: { kind: 'uniform', range: 0.6 },
    seed,
  });
}

/** The embedding's output normalized, and h on its way up. */
const vertical = () =>
  languageModel({
    vocabulary,
    embedding,
    layers: [lstm({ units, normalize: { hiddenToOutput: frame } })],
    dropout: rate,
    normalizeEmbedding: frame,
    initializer: { kind: 'uniform', range: 0.6 },
    seed: 3,
  });

/** The softmax shares the embedding's weights. */
const tied = () =>
  languageModel({
    vocabulary,
    embedding: units,
    layers: [lstm({ units, normalize: { inputToHidden: frame } })],
    tied: true,
    dropout: rate,
    initializer: { kind: 'uniform', range: 0.6 },
    seed: 3,
  });

const plain = () => newModel(lstm({ units }));
const treated = () => newModel(lstm({ units, normalize: { inputToHidden: frame } }));

function parametersOf(model: SequenceModel): Record<string, Array64> {
  return Object.fromEntries(
    [...model.parameters].map(([path, variable]) => [path, fromTensor(variable)]),
  );
}

/** The dropout masks of a training step, in the order in which they act. */
function masksAt({ spec }: SequenceModel, step: number, seed: number): Float32Array[] {
  const below = spec.kind === 'languageModel' ? spec.embedding : 0;
  return [below, ...spec.layers.map(() => units)].map((width, k) =>
    randomStream(`dropout.${k}`, seed).dropoutMask(time * batch * width, rate, step),
  );
}

function oracleModel(
  model: SequenceModel,
  arrays: Record<string, Array64>,
  dropoutMasks?: Float32Array[],
) {
  if (model.spec.kind !== 'languageModel') throw new Error('not a language model');
  const zero = array64([batch, units]);
  const run = { mode: 'batch', statistics: {} } as const;
  const bottom = sequenceNormalizer(model.spec.normalizeEmbedding, 'embedding', arrays, run);
  return oracle.languageModel({
    ids,
    targets,
    time,
    batch,
    embedding: arrays['embedding']!,
    softmaxWeights: arrays['softmax.weights'] ?? oracle.transpose(arrays['embedding']!),
    softmaxBias: arrays['softmax.bias']!,
    dropoutMasks,
    normalizeEmbedding: bottom,
    layers: model.spec.layers.map(
      (spec, k) => (x) =>
        oracleLayer(
          spec as never,
          { ...arrays, x },
          { path: `layers.${k}`, state: [zero, zero], ...run },
        ),
    ),
  });
}

describe.each(testBackends())('a language model on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each([
    ['baseline', plain],
    ['W·x normalized', treated],
    ['the embedding and h on its way up normalized', vertical],
    ['the softmax tied to the embedding', tied],
  ] as const)('%s: a training step against the oracle', (_, create) => {
    const model = create();
    const step = 12;
    const masks = masksAt(model, step, 3);
    const inputs = { ids, time, batch };
    const state = model.initialState(batch);
    const labels = targets;
    const forward = () => model.forward(inputs, state, { mode: 'batch', training: true, step });

    const arrays = parametersOf(model);
    expectClose(forward().hidden, oracleModel(model, arrays, masks).hidden);
    expectNoLeak(() => {
      const { hidden, state: next, measured } = forward();
      return { hidden, next, measured };
    });

    const { value, grads } = variableGrads(() => {
      const { hidden, head } = forward();
      const nats = projectedCrossEntropy({ ...head, bias: head.bias as never, hidden, labels });
      return mul<Scalar>(sum(nats), 1 / batch);
    }, [...model.parameters.values()]);
    expectClose(value, oracleModel(model, arrays, masks).loss);
    const numeric = centralDifferences((moved) => oracleModel(model, moved, masks).loss, arrays);
    for (const [path, { name }] of model.parameters) {
      expectClose(grads[name]!, numeric[path]!, { rtol: 1e-4, label: `d ${path}` });
    }
    model.dispose();
  });

  it('the spec gives back a model that normalizes its embedding, in every way that is used', () => {
    const model = vertical();
    const again = modelFromSpec(JSON.parse(JSON.stringify(model.spec)) as ModelSpec, { seed: 3 });
    expect(again.spec).toEqual(model.spec);
    expect([...again.parameters.keys()].slice(0, 3)).toEqual([
      'embedding',
      'embedding.gain',
      'embedding.shift',
    ]);
    expect([...again.normalizers.keys()]).toEqual(['embedding', 'layers.0.hiddenToOutput']);
    expect([...again.statistics.keys()]).toEqual([...again.normalizers.keys()]);
    const inputs = { ids, time, batch };
    const state = model.initialState(batch);
    const options = { mode: 'batch', training: true, step: 1 } as const;
    const { measured } = model.forward(inputs, state, options);
    expect([...measured.keys()]).toEqual([...model.normalizers.keys()]);
    expect(measured.get('embedding')!.tensors['mean']!.shape).toEqual([time, embedding]);
    // What stands on the way up is not carried: steps give what the whole window gives.
    const whole = model.apply(inputs, state);
    const steps = [...Array(time).keys()].reduce<{ state: typeof state; logits: number[] }>(
      (before, t) => {
        const own = ids.slice(t * batch, (t + 1) * batch);
        const { logits, state: next } = model.step(own, before.state);
        return { state: next, logits: [...before.logits, ...logits.dataSync()] };
      },
      { state, logits: [] },
    );
    expectClose(whole.logits, array64(whole.logits.shape, steps.logits), { rtol: 1e-5 });
    for (const each of [model, again]) each.dispose();
  });

  it('a tied model has no softmax weights, and the same logits in every way that is used', () => {
    const model = tied();
    expect([...model.parameters.keys()].filter((path) => path.startsWith('softmax'))).toEqual([
      'softmax.bias',
    ]);
    const again = modelFromSpec(JSON.parse(JSON.stringify(model.spec)) as ModelSpec, { seed: 3 });
    expect(again.spec).toEqual(model.spec);
    expect([...again.parameters.keys()]).toEqual([...model.parameters.keys()]);
    const inputs = { ids: ids.subarray(0, batch), time: 1, batch };
    const state = model.initialState(batch);
    const { hidden } = model.forward(inputs, state, { mode: 'stored', training: false, step: 0 });
    const arrays = parametersOf(model);
    const rows = array64([1, batch, units], hidden.dataSync());
    const weights = oracle.transpose(arrays['embedding']!);
    const whole = oracle.project(rows, weights, arrays['softmax.bias']);
    expectClose(model.apply(inputs, state).logits, whole);
    const logits = array64([batch, vocabulary], whole.data);
    expectClose(model.step(inputs.ids, state, { position: 0 }).logits, logits);
    expectNoLeak(() => model.step(inputs.ids, state, { position: 0 }));
    const { model: folded } = model.fold();
    expectClose(folded.step(inputs.ids, state, { position: 0 }).logits, logits, { rtol: 1e-4 });
    for (const each of [model, again, folded]) each.dispose();
  });

  it('refuses to tie an embedding that is not as wide as the last layer', () => {
    expect(() =>
      languageModel({
        ...{ vocabulary, embedding, layers: [lstm({ units })], tied: true, seed: 3 },
        initializer: { kind: 'uniform', range: 0.6 },
      }),
    ).toThrow('languageModel: embedding is 6, expected 5 where tied, as wide as the last layer.');
  });

  it('refuses an embedding normalized over the sequence, or by its weights', () => {
    const options = {
      ...{ vocabulary, embedding, layers: [lstm({ units })], seed: 3 },
      initializer: { kind: 'uniform', range: 0.6 },
    } as const;
    expect(() =>
      languageModel({ ...options, normalizeEmbedding: batchNorm({ over: 'sequence' }) }),
    ).toThrow('languageModel: normalizeEmbedding: sequence-wise statistics cannot be used');
    expect(() => languageModel({ ...options, normalizeEmbedding: weight() })).toThrow(
      'languageModel: normalizeEmbedding is the strategy "weight", which normalizes the weights',
    );
    expect(() => lstm({ units, normalize: { hiddenToOutput: weight() } })).toThrow(
      'lstm: normalize.hiddenToOutput is the strategy "weight"',
    );
    expect(() =>
      languageModel({
        ...options,
        layers: [lstm({ units, normalize: { hiddenToOutput: batchNorm({ over: 'sequence' }) } })],
      }),
    ).toThrow('languageModel: layers.0.hiddenToOutput: sequence-wise statistics cannot be used');
  });

  it('drops other units at another step and none outside training', () => {
    const model = plain();
    const inputs = { ids, time, batch };
    const state = model.initialState(batch);
    const hiddenAt = (training: boolean, step: number) =>
      model.forward(inputs, state, { mode: 'batch', training, step }).hidden;
    const [first, again, other] = [hiddenAt(true, 1), hiddenAt(true, 1), hiddenAt(true, 2)];
    expect(first.dataSync()).toEqual(again.dataSync());
    expect(first.dataSync()).not.toEqual(other.dataSync());
    expectClose(hiddenAt(false, 1), oracleModel(model, parametersOf(model)).hidden);
    model.dispose();
  });

  it('apply gives the logits of the stored statistics and the state after the window', () => {
    const model = treated();
    model.setStatistics(
      new Map(
        [...model.statistics].map(([path], k) => [
          path,
          {
            mean: toTensor(filled([1, 4 * units], 30 + k, -0.3, 0.3)) as Tensor2D,
            variance: toTensor(filled([1, 4 * units], 40 + k, 0.4, 1.1)) as Tensor2D,
          },
        ]),
      ),
    );
    const inputs = { ids, time, batch };
    const { hidden, state } = model.forward(inputs, model.initialState(batch), {
      mode: 'stored',
      training: false,
      step: 0,
    });
    const arrays = parametersOf(model);
    const product = oracle.project(
      array64([time, batch, units], hidden.dataSync()),
      arrays['softmax.weights']!,
      arrays['softmax.bias'],
    );
    const applied = model.apply(inputs);
    expectClose(applied.logits, product);
    applied.state.forEach((tensor, k) => expectClose(tensor, state[k]!, { rtol: 0 }));
    expectNoLeak(() => model.apply(inputs));
    expectNoLeak(() => model.apply(inputs, state));
    const first = ids.subarray(0, batch);
    expectNoLeak(() => model.step(first, state));
    model.dispose();
  });
});

describe('a language model', () => {
  beforeAll(() => startBackend(testBackend()));

  it('shares every weight that baseline and treatment have in common', () => {
    const [baseline, treatment] = [plain(), treated()];
    expect([...baseline.parameters.keys()]).toEqual([
      'embedding',
      'layers.0.input',
      'layers.0.recurrent',
      'layers.0.bias',
      'layers.1.input',
      'layers.1.recurrent',
      'layers.1.bias',
      'softmax.weights',
      'softmax.bias',
    ]);
    expect([...treatment.parameters.keys()]).toEqual([
      'embedding',
      'layers.0.input',
      'layers.0.recurrent',
      'layers.0.inputToHidden.gain',
      'layers.0.inputToHidden.shift',
      'layers.1.input',
      'layers.1.recurrent',
      'layers.1.inputToHidden.gain',
      'layers.1.inputToHidden.shift',
      'softmax.weights',
      'softmax.bias',
    ]);
    for (const [path, variable] of treatment.parameters) {
      const shared = baseline.parameters.get(path);
      if (shared !== undefined) expect(variable.dataSync()).toEqual(shared.dataSync());
    }
    const gain = treatment.parameters.get('layers.1.inputToHidden.gain')!;
    const shift = treatment.parameters.get('layers.1.inputToHidden.shift')!;
    expect(new Set(gain.dataSync())).toEqual(new Set([1]));
    expect(new Set(shift.dataSync())).toEqual(new Set([0]));
    expect(baseline.parameters.get('layers.0.bias')!.dataSync()).not.toContain(0);
    expect(newModel(lstm({ units }), 4).parameters.get('embedding')!.dataSync()).not.toEqual(
      baseline.parameters.get('embedding')!.dataSync(),
    );
  });

  it('is rebuilt from its spec and seed', () => {
    const model = treated();
    const spec = JSON.parse(JSON.stringify(model.spec)) as ModelSpec;
    const again = modelFromSpec(spec, { seed: 3 });
    expect(again.spec).toEqual(model.spec);
    expect(again.parameterCount).toBe(model.parameterCount);
    for (const [path, variable] of model.parameters) {
      expect(again.parameters.get(path)!.dataSync(), path).toEqual(variable.dataSync());
    }
    expect([...again.normalizers.keys()]).toEqual([
      'layers.0.inputToHidden',
      'layers.1.inputToHidden',
    ]);
  });

  it('refuses what would see the tokens it has to predict', () => {
    const sequence = batchNorm({ over: 'sequence' });
    expect(() => newModel(lstm({ units, normalize: { inputToHidden: sequence } }))).toThrow(
      'languageModel: layers.0.inputToHidden: sequence-wise statistics cannot be used in a causal model',
    );
    expect(() => newModel(bidirectional(lstm({ units })))).toThrow(
      'languageModel: layers.0 is bidirectional, expected layers that see no later tokens.',
    );
  });

  it('refuses inputs, states and statistics that are not its own', () => {
    const model = treated();
    const options = { mode: 'batch', training: true, step: 1 } as const;
    const inputs = { ids, time, batch };
    expect(() => model.forward({ ...inputs, time: 6 }, model.initialState(batch), options)).toThrow(
      'languageModel.forward: ids is [28], expected [time·batch=24].',
    );
    const outside = { ...inputs, ids: ids.map((id, i) => (i === 9 ? vocabulary : id)) };
    expect(() => model.forward(outside, model.initialState(batch), options)).toThrow(
      `languageModel.forward: ids holds ${vocabulary}, expected 0 to ${vocabulary - 1}.`,
    );
    expect(() => model.apply({ ...inputs, ids: toTensor(filled([28], 1)) as never })).toThrow(
      'languageModel.apply: ids is an object, expected a list of whole numbers on the CPU.',
    );
    const first = model.initialState(batch);
    expect(() => model.step([0, -1, 2, 3], first)).toThrow('languageModel.step: ids holds -1');
    expect(() => model.step(toTensor2D(filled([batch, 3], 1)), first)).toThrow(
      'languageModel.step: a tensor came, expected a list of ids.',
    );
    expect(() => model.forward(inputs, [], options)).toThrow(
      'languageModel.forward: state has 0 tensors, expected 4.',
    );
    expect(() => model.setStatistics(new Map())).toThrow(
      'setStatistics: statistics of nothing came, expected those of layers.0.inputToHidden, layers.1.inputToHidden.',
    );
    expect(() => newModel(lstm({ units }), -1)).toThrow('languageModel: seed is -1');
  });

  it('needs a position to step where statistics are kept per time step', () => {
    const perStep = batchNorm({ over: 'frame', perStep: true, maxSteps: 4 });
    const model = newModel(lstm({ units, normalize: { inputToHidden: perStep } }));
    const first = ids.subarray(0, batch);
    expect(() => model.step(first, model.initialState(batch))).toThrow(
      'languageModel.step: position is missing, and layers.0.inputToHidden keeps statistics for each time step.',
    );
  });

  it('frees everything it made', () => {
    const before = memory().numTensors;
    const model = treated();
    const { mean, variance } = model.statistics.get('layers.0.inputToHidden')!;
    model.setStatistics(new Map([...model.statistics].map(([path, s]) => [path, { ...s }])));
    expect(mean!.isDisposed || variance!.isDisposed).toBe(false);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
