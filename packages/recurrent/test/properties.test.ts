import { batchNorm, layerNorm, none, recurrentBatchNorm } from '@bnrnn/normalization';
import {
  bidirectional,
  frameClassifier,
  gru,
  languageModel,
  lstm,
  rnn,
  type CellLayer,
  type Layer,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  expectClose,
  filled,
  filledIds,
  fromTensor,
  map64,
  oracle,
  testBackend,
  toTensor2D,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import { reverse, slice, type Rank, type Variable } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { layerArrays, startStatistics, layerVariables, type Arrays } from './layerRig';

const runs = { numRuns: 12, seed: 1510 };
const frame = batchNorm({ over: 'frame', epsilon: 0.01 });
const sequence = batchNorm({ over: 'sequence', epsilon: 0.01 });
const units = 4;

const cells: readonly CellLayer[] = [
  rnn({ units }),
  rnn({ units, normalize: { preActivation: frame } }),
  gru({ units, biases: 2, normalize: { hiddenToHidden: frame } }),
  lstm({ units, normalize: { inputToHidden: none() } }),
  lstm({ units, peepholes: 'all', normalize: { inputToHidden: frame } }),
  lstm({ units, normalize: { inputToHidden: sequence } }),
  lstm({ units, normalize: { inputToHidden: layerNorm({ groups: 4 }) } }),
  lstm({ units, normalize: { ...recurrentBatchNorm({ maxSteps: 5 }) } }),
];
const layers: readonly Layer[] = [...cells, ...cells.map((cell) => bidirectional(cell))];

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const steps = fc.integer({ min: 2, max: 9 });
const cell = fc.constantFrom(...cells);
const layer = fc.constantFrom(...layers);

/** x [time, batch, features] with other values where it is padded. */
function repadded(x: Array64, lengths: readonly number[], seed: number): Array64 {
  const other = filled(x.shape, seed, 50, 100);
  const [, batch, width] = x.shape as [number, number, number];
  return map64(x, (value, i) => {
    const row = Math.floor(i / width);
    const padded = oracle.isPadded(lengths, Math.floor(row / batch), row % batch);
    return padded ? other.data[i]! : value;
  });
}

/** The columns of [.., batch, F], batch axis `axis`, in another order. */
function columns(x: Array64, axis: 0 | 1, order: readonly number[]): Array64 {
  const batch = x.shape[axis]!;
  const width = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const data = x.data.map((_, i) => {
    const row = Math.floor(i / width);
    const [outer, column] = [Math.floor(row / batch), row % batch];
    return x.data[(outer * batch + order[column]!) * width + (i % width)]!;
  });
  return array64(x.shape, data);
}

describe('properties of layers', () => {
  beforeAll(() => startBackend(testBackend()));

  it('what stands in the padding changes nothing', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(layer, lengths, seeds, (one, ends, seed) => {
        const time = 8;
        // Two full rows, so that every step has moments of its own.
        const real = [...ends, time, time];
        const batch = real.length;
        const arrays = layerArrays(one, { inputs: 3, time, batch, seed });
        const other = { ...arrays, x: repadded(arrays['x']!, real, seed) };
        const statistics = startStatistics(one);
        const lengths = { time, each: Int32Array.from(real) };
        const context = { statistics, mode: 'batch', lengths } as const;
        const results = [arrays, other].map((which) => layerVariables(one, which).run(context));
        expectClose(results[1]!.hidden, results[0]!.hidden, { rtol: 0 });
        results[1]!.state.forEach((tensor, k) =>
          expectClose(tensor, results[0]!.state[k]!, { rtol: 0 }),
        );
        for (const [path, { tensors }] of Object.entries(results[0]!.measured)) {
          const again = results[1]!.measured[path]!.tensors;
          for (const [name, tensor] of Object.entries(tensors)) {
            expectClose(again[name]!, tensor, { rtol: 0 });
          }
        }
      }),
      runs,
    );
  });

  it('the order of the batch is irrelevant', () => {
    fc.assert(
      fc.property(layer, steps, seeds, (one, time, seed) => {
        const order = [3, 0, 4, 1, 2];
        const arrays = layerArrays(one, { inputs: 3, time, batch: 5, seed });
        const moved: Arrays = { ...arrays, x: columns(arrays['x']!, 1, order) };
        for (let k = 0; k < one.stateSize; k++) {
          moved[`state.${k}`] = columns(arrays[`state.${k}`]!, 0, order);
        }
        const context = { statistics: startStatistics(one), mode: 'batch' } as const;
        const straight = layerVariables(one, arrays).run(context);
        const shuffled = layerVariables(one, moved).run(context);
        // Sums over the batch run in another order: rounding alone may differ.
        expectClose(shuffled.hidden, columns(fromTensor(straight.hidden), 1, order));
      }),
      runs,
    );
  });

  it('the backward direction is the reverse of the scan of the reverse', () => {
    fc.assert(
      fc.property(cell, steps, seeds, (one, time, seed) => {
        const arrays = layerArrays(one, { inputs: 3, time, batch: 4, seed });
        const { all } = layerVariables(one, arrays);
        const x = all['x'] as Variable<Rank.R3>;
        const state = Array.from({ length: one.stateSize }, (_, k) => all[`state.${k}`]!);
        const context = {
          path: 'layer',
          parameters: new Map(Object.entries(all)),
          statistics: startStatistics(one),
          mode: 'batch',
        } as const;
        const backward = one.applyDirection(x, state, context, true);
        const flipped = layerVariables(one, { ...arrays, x: fromTensor(reverse(x, 0)) });
        const expected = flipped.run({ statistics: context.statistics, mode: 'batch' });
        expectClose(backward.hidden, reverse(expected.hidden, 0), { rtol: 1e-6 });
        backward.state.forEach((tensor, k) =>
          expectClose(tensor, expected.state[k]!, { rtol: 1e-6 }),
        );
      }),
      runs,
    );
  });

  it('one long window is two windows with the state carried', () => {
    const carried = cells.filter(({ spec }) => spec.normalize.inputToHidden?.kind !== 'batch');
    fc.assert(
      fc.property(fc.constantFrom(...carried), steps, seeds, (one, half, seed) => {
        const arrays = layerArrays(one, { inputs: 3, time: 2 * half, batch: 4, seed });
        const { all, run } = layerVariables(one, arrays);
        const context = { statistics: startStatistics(one), mode: 'batch' } as const;
        const whole = run(context);
        const x = all['x'] as Variable<Rank.R3>;
        const parameters = new Map(Object.entries(all));
        const part = (k: 0 | 1, state: Parameters<Layer['apply']>[1]) =>
          one.apply(slice(x, [k * half, 0, 0], [half, 4, 3]), state, {
            ...context,
            path: 'layer',
            parameters,
          });
        const first = part(
          0,
          Array.from({ length: one.stateSize }, (_, k) => all[`state.${k}`]!),
        );
        const second = part(1, first.state);
        expectClose(second.hidden, slice(whole.hidden, [half, 0, 0], [half, 4, units]), {
          rtol: 1e-6,
        });
        second.state.forEach((tensor, k) => expectClose(tensor, whole.state[k]!, { rtol: 1e-6 }));
      }),
      runs,
    );
  });
});

describe('properties of models', () => {
  beforeAll(() => startBackend(testBackend()));

  it('a window is its steps, one at a time', () => {
    const perStep = batchNorm({ over: 'frame', epsilon: 0.01, perStep: true, maxSteps: 3 });
    const kinds = [
      lstm({ units, peepholes: 'output' }),
      lstm({ units, normalize: { inputToHidden: frame } }),
      lstm({ units, normalize: { inputToHidden: perStep, hiddenToHidden: perStep, cell: frame } }),
      gru({ units, normalize: { inputToHidden: perStep } }),
      rnn({ units, normalize: { preActivation: perStep } }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), steps, seeds, (one, time, seed) => {
        const [vocabulary, batch] = [7, 3];
        const model = languageModel({
          vocabulary,
          embedding: 5,
          layers: [one, one],
          initializer: { kind: 'uniform', range: 0.7 },
          seed,
        });
        model.setStatistics(
          new Map(
            [...model.statistics].map(([path, { mean }], k) => [
              path,
              {
                mean: toTensor2D(filled(mean!.shape, seed + k, -0.5, 0.5)),
                variance: toTensor2D(filled(mean!.shape, seed + 50 + k, 0.2, 1.5)),
              },
            ]),
          ),
        );
        const ids = filledIds(time * batch, seed, vocabulary);
        const whole = model.apply({ ids, time, batch });
        let state = model.initialState(batch);
        for (let t = 0; t < time; t++) {
          const input = ids.subarray(t * batch, (t + 1) * batch);
          const next = model.step(input, state, { position: t });
          const expected = oracle.stepOf(fromTensor(whole.logits), t);
          expectClose(next.logits, expected, { rtol: 1e-6, label: `step ${t}` });
          state = next.state;
        }
        state.forEach((tensor, k) => expectClose(tensor, whole.state[k]!, { rtol: 1e-6 }));
        model.dispose();
      }),
      runs,
    );
  });

  it('more padding and batch-mates leave an utterance as it is under stored statistics', () => {
    const one = bidirectional(lstm({ units, normalize: { inputToHidden: sequence } }));
    fc.assert(
      fc.property(steps, seeds, (time, seed) => {
        const model = frameClassifier({
          features: 3,
          layers: [one],
          classes: 5,
          initializer: { kind: 'glorot' },
          seed,
        });
        const x = filled([time + 3, 3, 3], seed);
        const alone = array64([time, 1, 3], columnOf(x, 1, time));
        const together = model.apply({
          features: toTensor3D(x),
          lengths: [time + 3, time, 1],
        });
        const single = model.apply({
          features: toTensor3D(alone),
          lengths: [time],
        });
        const expected = array64([time, 1, 5], columnOf(fromTensor(together.logits), 1, time));
        // A product of more rows may add its terms in another order.
        expectClose(single.logits, expected, { rtol: 3e-6 });
        model.dispose();
      }),
      runs,
    );
  });
});

/** The first `time` steps of one column of [T, B, F]. */
function columnOf(x: Array64, column: number, time: number): number[] {
  const width = x.shape[2]!;
  return Array.from({ length: time }, (_, t) => [
    ...oracle.stepOf(x, t).data.subarray(column * width, (column + 1) * width),
  ]).flat();
}
