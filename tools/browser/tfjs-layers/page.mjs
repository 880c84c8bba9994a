import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { timeSteps } from '../timeSteps.mjs';

/**
 * Times training steps of tfjs's own LSTM layers in a page: LSTM layers and the softmax, updated by SGD. It lacks what ours
 * has besides: the embedding, whose gradient tfjs's wasm backend has no kernel for, the norm of the gradient and clipping.
 */
export async function main({ backend, size, seconds }) {
  setWasmPaths('/');
  await tf.setBackend(backend);
  await tf.ready();
  const { units, layers: count, time, batch, classes } = size;
  const model = sequential();
  for (let k = 0; k < count; k++) {
    model.add(
      layers.lstm({
        units,
        returnSequences: true,
        recurrentActivation: 'sigmoid',
        recurrentInitializer: 'glorotUniform',
        ...(k === 0 && { batchInputShape: [batch, time, units] }),
      }),
    );
  }
  model.add(layers.dense({ units: classes }));
  model.compile({
    optimizer: tf.train.sgd(0.1),
    loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
  });
  const x = tf.randomUniform([batch, time, units], -0.1, 0.1, 'float32', 3);
  const ids = tf.tensor1d(
    Array.from({ length: batch * time }, (_, i) => (i * 7) % classes),
    'int32',
  );
  const labels = tf.reshape(tf.oneHot(ids, classes), [batch, time, classes]);
  const times = await timeSteps(async () => {
    const loss = await model.trainOnBatch(x, labels);
    if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss}.`);
  }, seconds);
  return { ...times, backend: tf.getBackend() };
}
