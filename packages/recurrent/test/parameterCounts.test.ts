import { batchNorm, recurrentBatchNorm } from '@bnrnn/normalization';
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
import { testBackend } from '@bnrnn/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';

const frame = batchNorm({ over: 'frame' });
const sequence = batchNorm({ over: 'sequence' });

function ptbSmall(layer: Layer): SequenceModel {
  return languageModel({
    vocabulary: 10_000,
    embedding: 200,
    layers: [layer, layer],
    initializer: { kind: 'zeros' },
    seed: 1,
  });
}

function wsj(layer: Layer): SequenceModel {
  return frameClassifier({
    features: 69,
    layers: Array.from({ length: 5 }, () => layer),
    classes: 3_546,
    initializer: { kind: 'zeros' },
    seed: 1,
  });
}

function countOf(model: SequenceModel): number {
  const { parameterCount } = model;
  model.dispose();
  return parameterCount;
}

describe('parameter counts', () => {
  beforeAll(() => startBackend(testBackend()));

  // 10,000·200 embedding + 2·(2·200·800) matrices + 200·10,000 + 10,000 softmax = 4,650,000.
  it.each([
    ['one bias', lstm({ units: 200 }), 4_651_600],
    ['two biases', lstm({ units: 200, biases: 2 }), 4_653_200],
    ['W·x normalized: gain and shift, no bias', bn({ inputToHidden: frame }), 4_653_200],
    ['h·U normalized: gain, and the bias stays', bn({ hiddenToHidden: frame }), 4_653_200],
    ['sum normalized: gain and shift', bn({ preActivation: frame }), 4_653_200],
    ['both: two gains, one shift', bn({ inputToHidden: frame, hiddenToHidden: frame }), 4_654_800],
    [
      'Cooijmans: and gain and shift of the cell',
      bn({ ...recurrentBatchNorm({ maxSteps: 9 }) }),
      4_655_600,
    ],
    ['output peepholes', lstm({ units: 200, peepholes: 'output' }), 4_652_000],
    ['all peepholes', lstm({ units: 200, peepholes: 'all' }), 4_652_800],
    ['vanilla RNN', rnn({ units: 200 }), 4_170_400],
    ['GRU', gru({ units: 200, biases: 2 }), 4_492_400],
  ] as const)('ptb-small, %s', (_, layer, expected) => {
    expect(countOf(ptbSmall(layer))).toBe(expected);
  });

  it.each([
    ['one bias', lstm({ units: 250 }), 8_424_546],
    ['W·x normalized', lstm({ units: 250, normalize: { inputToHidden: sequence } }), 8_434_546],
  ] as const)('wsj-birnn, %s, directions side by side', (_, layer, expected) => {
    expect(countOf(wsj(bidirectional(layer)))).toBe(expected);
  });
});

function bn(normalize: NonNullable<Parameters<typeof lstm>[0]['normalize']>): Layer {
  return lstm({ units: 200, normalize });
}
