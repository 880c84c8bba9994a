import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import { webgpuBackend } from '@bnrnn/tensor-backend-webgpu';
import { train } from '@bnrnn/training';
import { timeSteps } from './timeSteps.mjs';

/** Times training steps of our language model in a worker of the page, as pages should train. */
export function main(request) {
  const worker = new Worker(import.meta.url, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data.error === undefined) resolve(data);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
}

async function measure({ backend, size, seconds, normalized }) {
  const { units, layers, time, batch, classes } = size;
  const chosen = { simd: simdBackend, webgpu: webgpuBackend }[backend];
  const { threads, device } = await startBackend(chosen, { fallback: 'forbid' });
  const normalize = normalized ? { inputToHidden: batchNorm({ over: 'frame' }) } : {};
  const model = languageModel({
    vocabulary: classes,
    embedding: units,
    layers: Array.from({ length: layers }, () => lstm({ units, normalize })),
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
  const ids = (add) => Int32Array.from({ length: time * batch }, (_, i) => (i * 7 + add) % classes);
  const window = {
    kind: 'tokens',
    time,
    batch,
    inputs: ids(0),
    targets: ids(7),
    resetState: false,
  };
  const source = {
    batchesPerEpoch: 1e6,
    *batches() {
      for (;;) yield window;
    },
  };
  const events = train({
    model,
    data: { train: source },
    optimizer: { kind: 'sgd' },
    schedule: { initial: 0.1, decayFactor: 1, firstDecayedEpoch: 1 },
    clip: { maxNorm: 5, at: 'above' },
    seed: 1,
    epochs: 1,
    run: {
      ...{ preset: 'browser', recipe: 'browser', backend },
      corpus: { name: 'random', sha256: {}, counts: {}, classes },
    },
    now: () => performance.now(),
  })[Symbol.asyncIterator]();
  const times = await timeSteps(async () => {
    let event;
    do ({ value: event } = await events.next());
    while (event.type !== 'step');
  }, seconds);
  return { ...times, backend, threads, device };
}

if (typeof document === 'undefined') {
  globalThis.onmessage = ({ data }) => {
    void measure(data)
      .catch((error) => ({ error: String(error) }))
      .then((result) => globalThis.postMessage(result));
  };
}
