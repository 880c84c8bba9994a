/**
 * Two training steps of models of every cell and placement on `simd`, in a process of its own from the built packages:
 * prints a digest of each model's weights as JSON. Argument: the number of threads.
 */
import { createHash } from 'node:crypto';
import { randomStream } from '@bnrnn/core';
import { modelFromSpec } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { train } from '@bnrnn/training';

await startBackend(simdBackend, { threads: Number(process.argv[2]) });

const [time, batch, units, features, vocabulary, classes] = [9, 6, 37, 11, 211, 50];
const initializer = { kind: 'uniform', range: 0.3 };
const numbers = { epsilon: 1e-3, gain: 1, decay: 0.9, maxSteps: 1, perStep: false };
const batchNorm = (over) => ({ kind: 'batch', over, epsilonRule: 'variance', ...numbers });
const layerNorm = { kind: 'layer', groups: 1, epsilon: 1e-3, gain: 1 };
const cell = (kind, normalize = {}) => ({
  ...{ kind, units, biases: 1, normalize },
  ...(kind === 'lstm' && { peepholes: 'none' }),
  ...(kind === 'rnn' && { activation: 'relu' }),
});
const words = (layer) => ({
  ...{ kind: 'languageModel', unit: 'word', initializer, vocabulary, embedding: units },
  ...{ layers: [layer, layer], dropout: 0.2 },
});
const frames = (layer) => ({
  ...{ kind: 'frameClassifier', features, classes, initializer },
  layers: [{ kind: 'bidirectional', layer, merge: 'concat', statistics: 'per direction' }],
});
const everywhere = (normalizer) => ({
  inputToHidden: normalizer,
  hiddenToHidden: normalizer,
  cell: normalizer,
});

const models = {
  'words, LSTM': words(cell('lstm')),
  'words, LSTM, batch': words(cell('lstm', everywhere(batchNorm('frame')))),
  'words, LSTM, layer': words(cell('lstm', everywhere(layerNorm))),
  'words, GRU': words(cell('gru')),
  'words, RNN, batch': words(cell('rnn', { preActivation: batchNorm('frame') })),
  'frames, LSTM, sequence': frames(cell('lstm', { inputToHidden: batchNorm('sequence') })),
  'frames, LSTM, frame': frames(cell('lstm', { hiddenToHidden: batchNorm('frame') })),
  'frames, GRU, layer': frames(cell('gru', { inputToHidden: layerNorm })),
  'frames, RNN, layer': frames(cell('rnn', { inputToHidden: layerNorm })),
};

function batchOf(spec) {
  const rows = time * batch;
  const stream = randomStream('fingerprint', 3);
  const ids = (types) => Int32Array.from(stream.words(rows), (word) => word % types);
  if (spec.kind === 'languageModel') {
    const [inputs, targets] = [ids(vocabulary), ids(vocabulary).reverse()];
    return { kind: 'tokens', time, batch, inputs, targets, resetState: true };
  }
  const lengths = Int32Array.from({ length: batch }, (_, b) => time - b);
  return {
    ...{ kind: 'utterances', time, batch, features, lengths, targets: ids(classes) },
    inputs: stream.normal(rows * features, 0, 1, 0),
    keys: Array.from({ length: batch }, (_, b) => `u${b}`),
  };
}

const digests = {};
for (const [name, spec] of Object.entries(models)) {
  const model = modelFromSpec(spec, { seed: 5 });
  const all = [batchOf(spec), batchOf(spec)];
  const corpus = { name: 'random', sha256: {}, counts: {}, classes };
  const events = train({
    model,
    data: { train: { batchesPerEpoch: 2, batches: (_epoch, from = 0) => all.slice(from) } },
    optimizer: { kind: 'momentum', momentum: 0.9 },
    schedule: { initial: 0.1, decayFactor: 1, firstDecayedEpoch: 2, every: 1 },
    clip: { maxNorm: 1, at: 'above' },
    ...{ seed: 5, epochs: 1, now: Date.now },
    run: { preset: name, recipe: 'none', backend: 'simd', corpus },
  });
  for await (const event of events) void event;
  const digest = createHash('sha256');
  for (const weights of model.parameters.values()) digest.update(weights.dataSync());
  digests[name] = digest.digest('hex');
  model.dispose();
}
process.stdout.write(JSON.stringify(digests));
process.exit(0);
