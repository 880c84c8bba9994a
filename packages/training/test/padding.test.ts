import type { UtteranceBatch } from '@bnrnn/core';
import {
  batchNorm,
  layerNorm,
  none,
  recurrentBatchNorm,
  type Normalizer,
} from '@bnrnn/normalization';
import {
  bidirectional,
  frameClassifier,
  gru,
  lstm,
  rnn,
  type CellLayer,
  type Layer,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, filled, filledIds, testBackends } from '@bnrnn/test-utils';
import { evaluate } from '@bnrnn/training';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchTensors } from '../src/step/batchTensors';
import { takeGradient } from '../src/step/takeGradient';

const [features, classes, units] = [3, 5, 4];

const frame = batchNorm({ over: 'frame', epsilon: 0.01 });
const perStep = batchNorm({ over: 'frame', epsilon: 0.01, perStep: true, maxSteps: 4 });
const sequence = batchNorm({ over: 'sequence', epsilon: 0.01 });
const double = batchNorm({ over: 'sequence', epsilon: 0.01, epsilonRule: 'double' });
const layer = (groups: number): Normalizer => layerNorm({ groups, epsilon: 0.01 });

/** Every cell with every normalizer, on W·x and at each placement inside the recurrence. */
const cells: readonly (readonly [string, CellLayer])[] = [
  ...(
    [
      ['none', none()],
      ['frame', frame],
      ['frame, per step', perStep],
      ['sequence', sequence],
      ['sequence, epsilon twice', double],
    ] as const
  ).flatMap(
    ([name, inputToHidden]) =>
      [
        [`lstm, ${name}`, lstm({ units, normalize: { inputToHidden } })],
        [`gru, ${name}`, gru({ units, biases: 2, normalize: { inputToHidden } })],
        [`rnn, ${name}`, rnn({ units, normalize: { inputToHidden } })],
      ] as const,
  ),
  ['lstm, layer', lstm({ units, normalize: { inputToHidden: layer(4) } })],
  ['gru, layer', gru({ units, normalize: { inputToHidden: layer(3) } })],
  ['rnn, layer', rnn({ units, activation: 'relu', normalize: { inputToHidden: layer(1) } })],
  ['lstm, peepholes', lstm({ units, peepholes: 'all', normalize: { inputToHidden: sequence } })],
  ['lstm, Cooijmans', lstm({ units, normalize: { ...recurrentBatchNorm({ maxSteps: 5 }) } })],
  ['lstm, the sum', lstm({ units, normalize: { preActivation: frame } })],
  ['lstm, layer on h·U', lstm({ units, normalize: { hiddenToHidden: layer(4) } })],
  ['lstm, the cell', lstm({ units, normalize: { cell: frame } })],
  ['gru, h·U', gru({ units, normalize: { hiddenToHidden: frame } })],
  ['rnn, the sum', rnn({ units, normalize: { preActivation: frame } })],
];

const layers: readonly (readonly [string, Layer])[] = [
  ...cells,
  ...cells.map(([name, cell]) => [`both directions of ${name}`, bidirectional(cell)] as const),
  [
    'both directions, one normalizer',
    bidirectional(lstm({ units, normalize: { inputToHidden: sequence } }), {
      statistics: 'shared',
      merge: 'sum',
    }),
  ],
];

const lengths = [7, 2, 5, 7, 1];
const inputs = filled([8, lengths.length, features], 3);
const labels = filledIds(8 * lengths.length, 4, classes);

/** The same utterances in any order, with any number of padded frames behind the longest. */
function batchOf(order: readonly number[], padded: number): UtteranceBatch {
  const batch = order.length;
  const time = Math.max(...lengths) + padded;
  const rows = Array.from({ length: time * batch }, (_, row) => {
    const [t, utterance] = [Math.floor(row / batch), order[row % batch]!];
    return { t, utterance, real: t < lengths[utterance]! };
  });
  const at = ({ t, utterance }: { t: number; utterance: number }): number =>
    t * lengths.length + utterance;
  return {
    kind: 'utterances',
    time,
    batch,
    features,
    inputs: Float32Array.from(
      rows.flatMap((row) =>
        Array.from({ length: features }, (_, c) =>
          row.real ? inputs.data[at(row) * features + c]! : 40 + row.t,
        ),
      ),
    ),
    targets: Int32Array.from(rows, (row) => (row.real ? labels[at(row)]! : (row.t * 3) % classes)),
    lengths: Int32Array.from(order, (utterance) => lengths[utterance]!),
    keys: order.map((utterance) => `u${utterance}`),
  };
}

function newModel(each: Layer): SequenceModel {
  return frameClassifier({
    features,
    layers: [each, each],
    classes,
    initializer: { kind: 'uniform', range: 0.7 },
    seed: 9,
  });
}

/** Loss, gradients and folded statistics of one training step, by name. */
function measure(model: SequenceModel, batch: UtteranceBatch): Record<string, Float32Array> {
  const tensors = batchTensors(batch);
  const state = model.initialState(batch.batch);
  const gradient = takeGradient(model, tensors, { state, step: 3 });
  const read = (tensor: Tensor): Float32Array => (tensor.dataSync() as Float32Array).slice();
  const measured: Record<string, Float32Array> = {
    units: Float32Array.of(tensors.units),
    nats: read(gradient.nats),
  };
  [...model.parameters.keys()].forEach((path, k) => {
    measured[`d ${path}`] = read(gradient.gradients[k]!);
  });
  for (const [path, { tensors, counts }] of gradient.measured) {
    const folded = model.normalizers.get(path)!.fold!(model.statistics.get(path)!, tensors, counts);
    for (const [name, value] of Object.entries(folded)) measured[`${path} ${name}`] = read(value);
    dispose(folded);
  }
  gradient.dispose();
  dispose([...state, ...gradient.state]);
  tensors.dispose();
  return measured;
}

/** Nothing differs but by rounding, which moments of two rows at a step magnify. */
function expectSame(
  actual: Record<string, Float32Array>,
  expected: Record<string, Float32Array>,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expectClose(actual[name]!, values, { rtol: 1e-4, atol: 1e-6, label: name });
  }
}

describe.each(testBackends())('padding on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  it.each(layers)('%s: padded frames and the order of utterances change nothing', (_, each) => {
    const model = newModel(each);
    const expected = measure(model, batchOf([0, 1, 2, 3, 4], 0));
    expect(expected['units']![0]).toBe(22);
    // Every layer is reached by the gradient, so that there is something to compare.
    for (const [name, values] of Object.entries(expected)) {
      expect([name, values.some((value) => value !== 0)]).toEqual([name, true]);
    }
    expectSame(measure(model, batchOf([0, 1, 2, 3, 4], 6)), expected);
    expectSame(measure(model, batchOf([4, 2, 0, 1, 3], 0)), expected);
    expectSame(measure(model, batchOf([1, 4, 3, 0, 2], 3)), expected);
    model.dispose();
  });

  it.each(['batch', 'running', 'recalibrated'] as const)(
    'nor the cross entropy and the error rate under %s statistics',
    async (statistics) => {
      const model = newModel(
        bidirectional(lstm({ units, normalize: { inputToHidden: sequence } })),
      );
      const result = async (order: readonly number[], padded: number) => {
        const source = { batchesPerEpoch: 1, batches: () => [batchOf(order, padded)] };
        return evaluate({ model, source, trainSource: source, statistics });
      };
      const expected = await result([0, 1, 2, 3, 4], 0);
      const other = await result([3, 1, 4, 0, 2], 5);
      expect(other.units).toBe(22);
      expect(other.frameErrorRate).toBe(expected.frameErrorRate);
      expect(expected.frameErrorRate).toBeGreaterThan(0.3);
      expect(other.nllPerUnit).toBeCloseTo(expected.nllPerUnit, 6);
      model.dispose();
    },
  );
});
