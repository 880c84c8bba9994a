import { corpusOfText, tokenBatches } from '@bnrnn/data-ptb';
import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { loadModel, train, type CheckpointStore } from '@bnrnn/training';
import { memory } from '@tensorflow/tfjs-core';

const line = 'the quick brown fox jumps over the lazy dog and runs away from it all\n';

/** What a page and Node are compared by. */
export interface Trained {
  readonly losses: readonly number[];
  /** Perplexity of the validation split under running statistics. */
  readonly perplexity: number;
  readonly checkpoints: readonly string[];
  /** Parameters of the model that the last checkpoint gives. */
  readonly loaded: number;
  /** Tensors that are left when everything is disposed. */
  readonly tensors: number;
}

/** Trains a batch-normalized character model for 20 steps on tfjs's own backend `cpu`, and saves it in memory. */
export async function main(): Promise<Trained> {
  await startBackend('cpu');
  const pieces = [new TextEncoder().encode(line.repeat(40))];
  const corpus = await corpusOfText('fox', { where: 'fox.txt', pieces }, [80, 10, 10], {
    level: 'character',
  });
  const before = memory().numTensors;
  const model = languageModel({
    vocabulary: corpus.vocabulary.size,
    embedding: 12,
    layers: [lstm({ units: 16, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
  const streams = { batch: 8, time: 10, layout: 'tensorflow' } as const;
  const store = memoryStore();
  const losses: number[] = [];
  let perplexity = NaN;
  for await (const event of train({
    model,
    data: {
      train: tokenBatches(corpus.splits.train, streams),
      valid: tokenBatches(corpus.splits.valid, streams),
    },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    schedule: { initial: 0.01, decayFactor: 2, firstDecayedEpoch: 9 },
    clip: { maxNorm: 5, at: 'above' },
    seed: 1,
    epochs: 1,
    maxSteps: 20,
    evaluation: { statistics: ['running'] },
    checkpoints: { store },
    run: { preset: 'page', recipe: 'page', backend: 'cpu', corpus: corpus.info },
    now: Date.now,
  })) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'evaluation') ({ perplexity } = event);
  }
  const loaded = await loadModel(store);
  const { parameterCount } = loaded;
  for (const one of [model, loaded]) one.dispose();
  return {
    losses,
    perplexity,
    checkpoints: await store.list(),
    loaded: parameterCount,
    tensors: memory().numTensors - before,
  };
}

/** Checkpoints in memory: what a page has without a file system of its own. */
function memoryStore(): CheckpointStore {
  const files = new Map<string, Blob>();
  return {
    where: 'memory',
    pathOf: (name) => name,
    list: () => Promise.resolve([...files.keys()].sort()),
    read(name) {
      const file = files.get(name) ?? new Blob([]);
      return Promise.resolve({ bytes: file.size, parts: file.stream() });
    },
    async write(name, parts) {
      const copies: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of parts) copies.push(Uint8Array.from(part));
      files.set(typeof name === 'string' ? name : name(), new Blob(copies));
    },
    remove(name) {
      files.delete(name);
      return Promise.resolve();
    },
  };
}
