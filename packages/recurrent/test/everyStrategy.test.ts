import { exampleNormalizers, normalizerFromSpec, type Normalizer } from '@bnrnn/normalization';
import {
  bidirectional,
  gru,
  languageModel,
  lstm,
  rnn,
  type Layer,
  type Placement,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  expectClose,
  expectNoLeak,
  filled,
  filledIds,
  fromTensor,
  map64,
  oracle,
  testBackends,
  toTensor,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import { dispose, slice, variableGrads, type Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  layerArrays,
  layerStatistics,
  layerVariables,
  path,
  statisticsArrays,
  statisticOf,
  type Arrays,
} from './layerRig';
import { oracleBidirectional, oracleLayer, sequenceNormalizer } from './oracleLayer';

// Widths that groups of 8 features divide, and rows enough for them.
const [time, batch, inputs, units] = [3, 11, 3, 8];
// The last step has two real rows: too few for groups.
const ragged = [3, 2, 2, 1, 2, 2, 2, 2, 2, 2, 3];

type Cell = (normalize: Partial<Record<Placement, Normalizer>>) => Layer;
const cells: Readonly<Record<string, { make: Cell; at: readonly Placement[] }>> = {
  lstm: {
    make: (normalize) => lstm({ units, peepholes: 'all', normalize }),
    at: ['inputToHidden', 'hiddenToHidden', 'preActivation', 'cell', 'hiddenToOutput'],
  },
  gru: {
    make: (normalize) => gru({ units, biases: 2, normalize }),
    at: ['inputToHidden', 'hiddenToHidden', 'hiddenToOutput'],
  },
  rnn: {
    make: (normalize) => rnn({ units, normalize }),
    at: ['inputToHidden', 'hiddenToHidden', 'preActivation', 'hiddenToOutput'],
  },
  'bidirectional lstm': {
    make: (normalize) => bidirectional(lstm({ units, normalize })),
    at: ['hiddenToHidden', 'preActivation', 'cell'],
  },
};

/** The examples with an ε that keeps groups of 8 over 11 rows well conditioned, for float32. */
const examples = exampleNormalizers().map(({ name, normalizer: { spec } }) => ({
  name,
  normalizer: normalizerFromSpec('epsilon' in spec ? { ...spec, epsilon: 0.1 } : spec),
}));

/** Why a layer does not take a strategy at a placement; undefined where it does. */
function refusalOf(normalizer: Normalizer, at: Placement): RegExp | undefined {
  const { kind } = normalizer.spec;
  const product = at === 'inputToHidden' || at === 'hiddenToHidden';
  if (normalizer.mapWeights !== undefined && !product) {
    return new RegExp(`strategy "${kind}", which normalizes the weights of a product, and ${at} `);
  }
  if (normalizer.measureInput !== undefined && at !== 'inputToHidden') {
    return new RegExp(`strategy "${kind}", which normalizes the input of a product, and h is made`);
  }
  const inside = at === 'hiddenToHidden' || at === 'preActivation' || at === 'cell';
  return normalizer.needs === 'sequence' && inside
    ? new RegExp(`normalize.${at}: sequence-wise statistics cannot be used inside the recurrence`)
    : undefined;
}

const places = Object.entries(cells).flatMap(([cell, { make, at }]) =>
  at.flatMap((placement) =>
    examples.map(({ name, normalizer }) => ({
      ...{ title: `${cell}, ${placement}: ${name}`, normalizer },
      refusal: refusalOf(normalizer, placement),
      layer: () => make({ [placement]: normalizer }),
    })),
  ),
);
const taken = places.filter(({ refusal }) => refusal === undefined);
const refused = places.filter(({ refusal }) => refusal !== undefined);

/** The derivative of a loss by each array alone, along a direction of its own. */
type Slopes = Readonly<Record<string, number>>;
const directionOf = (name: string, shape: readonly number[]): Array64 =>
  filled(shape, 500 + name.length);

function slopesOf(loss: (arrays: Arrays) => number, arrays: Arrays): Slopes {
  const h = 1e-5;
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const along = directionOf(name, array.shape);
      const [above, below] = [h, -h].map((step) =>
        loss({ ...arrays, [name]: map64(array, (value, i) => value + step * along.data[i]!) }),
      );
      return [name, (above! - below!) / (2 * h)];
    }),
  );
}

/** Compares the gradient of each variable with the slope along its direction. */
function expectSlopes(
  run: () => ReturnType<typeof weightedSumOfTensors>,
  variables: Readonly<Record<string, Variable>>,
  slopes: Slopes,
): void {
  const { grads, value } = variableGrads(run, Object.values(variables));
  for (const [name, variable] of Object.entries(variables)) {
    const { data, shape } = fromTensor(grads[variable.name]!);
    const along = directionOf(name, shape);
    const slope = data.reduce((sum, g, i) => sum + g * along.data[i]!, 0);
    const size = Math.hypot(...data) * Math.hypot(...along.data);
    expectClose(slope, slopes[name]!, { rtol: 0, atol: 1e-4 * size, label: `d ${name}` });
  }
  dispose([grads, value]);
}

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each(taken)('$title: outputs and gradients are those of the oracle', ({ layer }) => {
    const one = layer();
    const arrays = layerArrays(one, { inputs, time, batch, seed: 11 });
    const statistics = layerStatistics(one, 11);
    const { all, run } = layerVariables(one, arrays);
    const { spec } = one;
    const state = (of: Arrays) =>
      Array.from({ length: one.stateSize }, (_, k) => of[`state.${k}`]!);
    for (const mode of ['batch', 'stored'] as const) {
      const rest = { mode, lengths: ragged, path, statistics: statisticsArrays(statistics) };
      const constantsAt = new Map<string, Array64>();
      const expected = (of: Arrays) =>
        spec.kind === 'bidirectional'
          ? oracleBidirectional(spec, of, { ...rest, constantsAt, state: state(of) })
          : oracleLayer(spec, of, { ...rest, constantsAt, state: state(of) });
      const outputs = () => {
        const lengths = { time, each: Int32Array.from(ragged) };
        return run({ statistics, mode, lengths });
      };
      const wanted = expected(arrays);
      const { hidden, state: end, measured } = outputs();
      expectClose(hidden, wanted.hidden, { label: `hidden, ${mode}` });
      end.forEach((tensor, k) => expectClose(tensor, wanted.state[k]!, { label: `state ${k}` }));
      dispose([hidden, [...end], ...Object.values(measured).map(({ tensors }) => tensors)]);
      if (mode === 'stored') continue;
      expectNoLeak(outputs);
      const slopes = slopesOf((of) => {
        const moved = expected(of);
        return weightedSum(moved.hidden, ...moved.state);
      }, arrays);
      const loss = () => {
        const moved = outputs();
        return weightedSumOfTensors(moved.hidden, ...moved.state);
      };
      expectSlopes(loss, all, slopes);
    }
    dispose([all, ...statistics.values()]);
  });
});

describe('where a strategy cannot stand', () => {
  it.each(refused)('$title is refused with a sentence', ({ layer, refusal }) => {
    expect(layer).toThrow(refusal);
  });
});

const [vocabulary, embedding] = [9, 8];
const ids = filledIds(time * batch, 3, vocabulary);
const model = (normalizeEmbedding: Normalizer | undefined, layer: Layer): SequenceModel =>
  languageModel({
    ...{ vocabulary, embedding, layers: [layer], seed: 5 },
    ...{ initializer: { kind: 'uniform', range: 0.6 } },
    ...(normalizeEmbedding && { normalizeEmbedding }),
  });

/** Statistics away from their start. */
function moveStatistics(of: SequenceModel): void {
  const moved = [...of.statistics].map(([place, start], k) => {
    const values = Object.entries(start).map(([name, { shape }]) => {
      return [name, toTensor(statisticOf(name, shape, k))] as const;
    });
    return [place, Object.fromEntries(values)] as const;
  });
  of.setStatistics(new Map(moved));
}

describe.each(testBackends())('a language model on %s', (backend) => {
  beforeAll(() => startBackend(backend));
  const allowed = examples.filter(
    ({ normalizer }) => normalizer.needs !== 'sequence' && normalizer.mapWeights === undefined,
  );

  it.each(allowed)("the embedding's output, $name: the oracle's outputs and gradients", (one) => {
    const { normalizer } = one;
    const whole = model(normalizer, lstm({ units }));
    moveStatistics(whole);
    const statistics = statisticsArrays(whole.statistics);
    const arrays = Object.fromEntries(
      [...whole.parameters]
        .filter(([place]) => !place.startsWith('softmax'))
        .map(([place, variable]) => [place, fromTensor(variable)]),
    );
    const zero = array64([batch, units]);
    const constantsAt = new Map<string, Array64>();
    const run = { mode: 'batch', statistics, constantsAt } as const;
    const expected = (of: Arrays): Array64 =>
      oracle.languageModel({
        ...{ ids, targets: ids, time, batch, embedding: of['embedding']! },
        normalizeEmbedding: sequenceNormalizer(normalizer.spec, 'embedding', of, run),
        layers: [
          (x) => {
            const { spec } = lstm({ units });
            return oracleLayer(
              spec,
              { ...of, x },
              { path: 'layers.0', state: [zero, zero], ...run },
            );
          },
        ],
        softmaxWeights: array64([units, vocabulary]),
        softmaxBias: array64([vocabulary]),
      }).hidden;
    const state = whole.initialState(batch);
    const hidden = () =>
      whole.forward({ ids, time, batch }, state, { mode: 'batch', training: true, step: 0 }).hidden;
    expectClose(hidden(), expected(arrays));
    const variables = Object.fromEntries(
      Object.keys(arrays).map((place) => [place, whole.parameters.get(place)!]),
    );
    const slopes = slopesOf((of) => weightedSum(expected(of)), arrays);
    expectSlopes(() => weightedSumOfTensors(hidden()), variables, slopes);
    whole.dispose();
    dispose([...state]);
  });

  const causal = [
    ...taken.flatMap(({ title, normalizer, layer }) =>
      normalizer.needs === 'sequence' || title.startsWith('bidirectional')
        ? []
        : [{ title, make: layer, bottom: undefined }],
    ),
    ...allowed.map(({ name, normalizer }) => ({
      ...{ title: `embedding: ${name}`, bottom: normalizer, make: () => lstm({ units }) },
    })),
  ];

  it.each(causal)('$title: a window is its steps, one at a time', ({ make, bottom }) => {
    const whole = model(bottom, make());
    moveStatistics(whole);
    const { logits, state: end } = whole.apply({ ids, time, batch });
    let state = whole.initialState(batch);
    for (let t = 0; t < time; t++) {
      const next = whole.step(ids.subarray(t * batch, (t + 1) * batch), state, { position: t });
      const expected = slice(logits, [t, 0, 0], [1, batch, vocabulary]);
      expectClose(next.logits, expected.dataSync(), { rtol: 2e-6, label: `step ${t}` });
      dispose([expected, next.logits, ...state]);
      state = next.state;
    }
    state.forEach((tensor, k) => expectClose(tensor, end[k]!, { rtol: 2e-6 }));
    whole.dispose();
    dispose([logits, ...end, ...state]);
  });
});

describe('where a strategy cannot stand in a language model', () => {
  const notOnEmbedding = examples.filter(
    ({ normalizer }) => normalizer.needs === 'sequence' || normalizer.mapWeights !== undefined,
  );

  it.each(notOnEmbedding)("$name at the embedding's output is refused", ({ normalizer }) => {
    const sentence =
      normalizer.needs === 'sequence'
        ? 'sequence-wise statistics cannot be used in a causal model'
        : `the strategy "${normalizer.spec.kind}"`;
    expect(() => model(normalizer, lstm({ units }))).toThrow(sentence);
  });

  const sequences = taken.filter(({ normalizer }) => normalizer.needs === 'sequence');

  it.each(sequences)('$title is refused', ({ layer }) => {
    expect(() => model(undefined, layer())).toThrow(
      'sequence-wise statistics cannot be used in a causal model',
    );
  });
});
