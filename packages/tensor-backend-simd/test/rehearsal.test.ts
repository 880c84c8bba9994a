import { modelFromSpec, type ModelSpec } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { makeOptimizer, rehearseStep, type OptimizerSpec } from '@bnrnn/training';
import { engine, memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchesOf, batchNorm, frames, lstm, trainSteps, words } from './trainedModels';

beforeAll(() => startBackend('simd', { threads: 2 }));

const frame = batchNorm('frame');
const sequence = batchNorm('sequence');
const momentum: OptimizerSpec = { kind: 'momentum', momentum: 0.9 };
const adam: OptimizerSpec = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const shared = { units: 40, biases: 1, normalize: {} } as const;

const models: [string, ModelSpec, OptimizerSpec, time: number, batch: number][] = [
  ['small words', words(lstm(40)), { kind: 'sgd' }, 20, 32],
  ['words with dropout', words(lstm(64), { dropout: 0.5 }), momentum, 35, 20],
  ['long windows', words(lstm(24), { vocabulary: 60 }), { kind: 'sgd' }, 300, 16],
  ['a large vocabulary', words(lstm(24), { vocabulary: 9000 }), adam, 5, 4],
  ['normalized W·x', words(lstm(40, { inputToHidden: frame })), momentum, 60, 32],
  ['normalized h·U', words(lstm(40, { hiddenToHidden: frame })), momentum, 60, 32],
  ['the normalized sum', words(lstm(40, { preActivation: frame })), momentum, 60, 32],
  [
    'three normalizers',
    words(lstm(40, { inputToHidden: frame, hiddenToHidden: frame, cell: frame })),
    momentum,
    60,
    32,
  ],
  [
    'layer normalization',
    words(lstm(40, { inputToHidden: { kind: 'layer', groups: 4, epsilon: 1e-5, gain: 1 } })),
    adam,
    60,
    32,
  ],
  ['gru', words({ kind: 'gru', ...shared }), momentum, 60, 32],
  ['rnn', words({ kind: 'rnn', activation: 'tanh', ...shared }), momentum, 60, 32],
  ['utterances', frames(lstm(40)), momentum, 200, 8],
  ['normalized utterances', frames(lstm(40, { inputToHidden: sequence })), momentum, 200, 8],
  [
    'shared statistics',
    frames(lstm(40, { inputToHidden: sequence }), { statistics: 'shared' }),
    momentum,
    200,
    8,
  ],
  [
    'five summed layers',
    frames(lstm(40, { inputToHidden: sequence }), { layers: 5, merge: 'sum' }),
    adam,
    150,
    8,
  ],
  ['a normalizer inside', frames(lstm(40, { hiddenToHidden: frame })), momentum, 100, 8],
  ['gru utterances', frames({ kind: 'gru', ...shared }), momentum, 200, 8],
  [
    'one utterance',
    frames({ kind: 'rnn', activation: 'relu', ...shared }),
    { kind: 'sgd' },
    900,
    1,
  ],
];

interface Measured {
  readonly bytes: { readonly inUse: number; readonly peak: number };
  resetPeak(): void;
}

describe('what a rehearsed step needs is what a step takes', () => {
  test.each(models)('%s', async (_name, spec, optimizer, time, batch) => {
    const backend = engine().backend as unknown as Measured;
    const before = { tensors: memory().numTensors, bytes: backend.bytes.inUse };
    const model = modelFromSpec(spec, { seed: 5 });
    const rule = makeOptimizer(optimizer, model.parameters);
    const weights = [...model.parameters.values()].map((one) => one.dataSync());
    const held = { tensors: memory().numTensors, bytes: backend.bytes.inUse };
    const rehearsal = rehearseStep({ model, optimizer: rule }, { time, batch });
    expect({ tensors: memory().numTensors, bytes: backend.bytes.inUse }).toEqual(held);
    expect([...model.parameters.values()].map((one) => one.dataSync())).toEqual(weights);
    model.dispose();
    rule.dispose();

    backend.resetPeak();
    await trainSteps({ spec, optimizer, source: batchesOf(spec, [time], batch), steps: 2 });
    const { peak } = backend.bytes;
    expect(rehearsal).toMatchObject({ complete: true, fits: true });
    expect(rehearsal!.neededBytes / peak).toBeGreaterThan(0.98);
    expect(rehearsal!.neededBytes / peak).toBeLessThan(1.15);
    expect({ tensors: memory().numTensors, bytes: backend.bytes.inUse }).toEqual(before);
  });
});

test('a backend without a limit rehearses nothing', async () => {
  await startBackend('cpu');
  try {
    const model = modelFromSpec(words(lstm(4)), { seed: 5 });
    const optimizer = makeOptimizer(momentum, model.parameters);
    expect(rehearseStep({ model, optimizer }, { time: 3, batch: 2 })).toBeUndefined();
    model.dispose();
    optimizer.dispose();
  } finally {
    await setBackend('simd');
  }
});
