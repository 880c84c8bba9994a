/**
 * Trains our language model from the weights and windows on standard input (see export_start.py) and prints the
 * losses of so many steps as JSON: `node ourLosses.mjs 5 < start.json`.
 */
import { readFileSync } from 'node:fs';
import { modelFromSpec } from '@bnrnn/recurrent';
import { train } from '@bnrnn/training';
import { tensor } from '@tensorflow/tfjs-core';
import { startBackend } from '../startBackend.mjs';

/** Where a weight of the peers stands in our model. */
const places = { W: 'input', U: 'recurrent', b: 'bias' };

function parameterName(name) {
  if (name === 'softmax') return 'softmax.weights';
  if (name === 'softmax_bias') return 'softmax.bias';
  const [, part, layer] = /^([WUb])(\d+)$/.exec(name) ?? [];
  return part === undefined ? name : `layers.${layer}.${places[part]}`;
}

function makeModel({ sizes, weights }) {
  const normalizer = { kind: 'batch', over: 'frame', epsilon: 1e-6, epsilonRule: 'variance' };
  const layer = {
    kind: 'lstm',
    units: sizes.units,
    biases: 1,
    peepholes: 'none',
    normalize: sizes.normalized
      ? { inputToHidden: { ...normalizer, gain: 1, decay: 0.9, perStep: false, maxSteps: 1 } }
      : {},
  };
  const model = modelFromSpec(
    {
      kind: 'languageModel',
      unit: 'word',
      vocabulary: sizes.types,
      embedding: sizes.units,
      layers: Array.from({ length: sizes.layers }, () => layer),
      dropout: sizes.share,
      initializer: { kind: 'uniform', range: sizes.init_range },
    },
    { seed: 1 },
  );
  for (const [name, { shape, data }] of Object.entries(weights)) {
    // Gain and shift start at one and zero by themselves.
    if (/^(gain|shift)/.test(name)) continue;
    const variable = model.parameters.get(parameterName(name));
    if (variable === undefined) throw new Error(`ourLosses: the model has no ${name}.`);
    const values = tensor(data, shape, 'float32');
    variable.assign(values);
    values.dispose();
  }
  return model;
}

function batches({ sizes, windows }) {
  const { time, batch } = sizes;
  return {
    batchesPerEpoch: Number.MAX_SAFE_INTEGER,
    *batches(_epoch, from = 0) {
      for (let i = from; ; i++) {
        const [inputs, targets] = windows[i % windows.length].map(({ data }) =>
          Int32Array.from(data),
        );
        yield { kind: 'tokens', time, batch, inputs, targets, resetState: i === 0 };
      }
    },
  };
}

const start = JSON.parse(readFileSync(0, 'utf8'));
const { sizes } = start;
const backend = await startBackend('auto', { threads: 1 });
const model = makeModel(start);
const losses = [];
const steps = train({
  model,
  data: { train: batches(start) },
  optimizer: { kind: 'sgd' },
  schedule: { initial: sizes.learning_rate, decayFactor: 1, firstDecayedEpoch: 2 },
  clip: { maxNorm: sizes.max_norm, at: 'above' },
  seed: 1,
  epochs: 1,
  maxSteps: Number(process.argv[2]),
  run: {
    preset: 'agreement',
    recipe: 'authors-code',
    backend: backend.name,
    corpus: { name: 'random', sha256: {}, counts: {}, classes: sizes.types },
  },
  now: () => 0,
});
// Ours is a mean over words; the peers sum over time and average over the batch.
for await (const event of steps) if (event.type === 'step') losses.push(event.loss * sizes.time);
model.dispose();
process.stdout.write(`${JSON.stringify({ losses, backend: backend.name })}\n`);
