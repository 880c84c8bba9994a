/**
 * Times training steps of tfjs's own LSTM layers on its wasm backend in this process and prints one line of JSON:
 *
 *   node step.mjs ptb-small --steps 2
 *
 * The model for comparing losses starts from the peers' weights and tokens, others from their own: as JSON they
 * would be too large.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, version_layers as layersVersion } from '@tensorflow/tfjs-layers';
import { exportedStart } from './exportedStart.mjs';
import { addSegmentSum } from './segmentSum.mjs';
import { timeSteps } from './timeSteps.mjs';

/** Embedding, LSTM layers, softmax; dropout on the embedding, between layers and before the softmax. */
function makeModel({ types, units, layers: count, share, init_range: range, time, batch }) {
  const initializer = () => ({
    className: 'RandomUniform',
    config: { minval: -range, maxval: range },
  });
  const embedding = layers.embedding({
    inputDim: types,
    outputDim: units,
    embeddingsInitializer: initializer(),
  });
  const recurrent = Array.from({ length: count }, () =>
    layers.lstm({
      units,
      returnSequences: true,
      returnState: true,
      recurrentActivation: 'sigmoid',
      unitForgetBias: false,
      kernelInitializer: initializer(),
      recurrentInitializer: initializer(),
      biasInitializer: initializer(),
    }),
  );
  const dropout = layers.dropout({ rate: share });
  const softmax = layers.dense({
    units: types,
    kernelInitializer: initializer(),
    biasInitializer: initializer(),
  });
  /** Logits [batch, time, types] of inputs [batch, time], and the states to carry on. */
  function call(inputs, states) {
    const dropped = (x) => (share === 0 ? x : dropout.apply(x, { training: true }));
    let x = dropped(embedding.apply(inputs));
    const carried = recurrent.flatMap((layer, k) => {
      const initialState = states.slice(2 * k, 2 * k + 2);
      const [hidden, ...last] = layer.apply(x, { initialState, training: true });
      x = dropped(hidden);
      return last;
    });
    return { logits: softmax.apply(x), carried };
  }
  const zeros = () => Array.from({ length: 2 * count }, () => tf.zeros([batch, units]));
  // The first call makes the weights.
  tf.tidy(() => void call(tf.zeros([batch, time], 'int32'), zeros()));
  return { call, zeros, embedding, recurrent, softmax };
}

/** Copies the peers' weights into the model. */
function load({ embedding, recurrent, softmax }, weights) {
  const set = (layer, names) =>
    tf.tidy(() =>
      layer.setWeights(names.map((name) => tf.tensor(weights[name].data, weights[name].shape))),
    );
  set(embedding, ['embedding']);
  recurrent.forEach((layer, k) => set(layer, [`W${k}`, `U${k}`, `b${k}`]));
  set(softmax, ['softmax', 'softmax_bias']);
}

/** A function of a window [time, batch] that trains one step and returns the loss. */
function makeStep(model, { types, time, batch, learning_rate: rate, max_norm: maxNorm }) {
  const optimizer = tf.train.sgd(rate);
  let states = model.zeros();
  return ([inputs, targets]) => {
    let carried;
    const { value, grads } = tf.variableGrads(() => {
      const result = model.call(rowsFirst(inputs), states);
      carried = result.carried.map((state) => tf.keep(state));
      const labels = tf.oneHot(tf.reshape(rowsFirst(targets), [-1]), types);
      const logits = tf.reshape(result.logits, [batch * time, types]);
      const { SUM } = tf.Reduction;
      const nats = tf.losses.softmaxCrossEntropy(labels, logits, undefined, undefined, SUM);
      return tf.div(nats, batch);
    });
    tf.tidy(() => optimizer.applyGradients(clip(grads, maxNorm)));
    const [loss] = value.dataSync();
    tf.dispose([value, grads, states]);
    states = carried;
    return loss;
  };

  function rowsFirst(ids) {
    return tf.transpose(tf.tensor2d(ids, [time, batch], 'int32'));
  }
}

/** Gradients scaled down to a global norm. */
function clip(gradients, maxNorm) {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const scale = tf.div(maxNorm, tf.maximum(norm, maxNorm));
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]),
  );
}

/** Windows of distinct types, taken in turn. */
function drawWindows({ types, time, batch }) {
  const ids = (of) => Int32Array.from({ length: time * batch }, of);
  return [0, 1, 2].map((window) => [
    ids((_, i) => (i * 7 + window) % types),
    ids(() => Math.floor(Math.random() * types)),
  ]);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '2' },
    'warm-up': { type: 'string', default: '1' },
    batch: { type: 'string' },
  },
});
const [preset] = positionals;
await tf.setBackend('wasm');
addSegmentSum();
const { sizes, weights, windows } = exportedStart(preset, values.batch);
const model = makeModel(sizes);
if (weights !== undefined) load(model, weights);
const result = timeSteps(
  makeStep(model, sizes),
  windows?.map((window) => window.map(({ data }) => Int32Array.from(data))) ?? drawWindows(sizes),
  { steps: Number(values.steps), warmUp: Number(values['warm-up']) },
);
process.stdout.write(
  `${JSON.stringify({
    ...result,
    unitsPerSecond: (1000 * sizes.time * sizes.batch) / result.stepMilliseconds,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    threads: 1,
    versions: { 'tfjs-layers': layersVersion, tfjs: tf.version_core },
  })}\n`,
);
