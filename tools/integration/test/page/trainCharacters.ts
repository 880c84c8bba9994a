import { corpusOfText, tokenBatches } from '@bnrnn/data-ptb';
import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm } from '@bnrnn/recurrent';
import { startBackend, type Backend } from '@bnrnn/tensor-backend';
import { loadModel, memoryStore, train, type CheckpointStore } from '@bnrnn/training';
import { memory } from '@tensorflow/tfjs-core';

const words = 'the quick brown fox jumps over a lazy dog and runs away from it all'.split(' ');

/** Lines of words in an order that never repeats: rows of a batch that read the same would have no variance. */
function text(): string {
  let chosen = 1;
  const word = (): string => {
    chosen = (chosen * 48_271) % 2_147_483_647;
    return words[chosen % words.length] ?? '';
  };
  const line = (): string => Array.from({ length: 14 }, word).join(' ');
  return Array.from({ length: 40 }, () => `${line()}\n`).join('');
}

/** What a training in a page is asked for. */
export interface Wanted {
  /** The name of a registered backend, or a backend. */
  readonly backend: Backend | string;
  readonly steps: number;
  readonly threads?: number;
  /** Whether the recurrence is normalized too. */
  readonly inside?: boolean;
  /** Where checkpoints lie; memory when absent. */
  readonly store?: CheckpointStore;
  readonly resume?: boolean;
}

/** What a page and Node are compared by. */
export interface Trained {
  readonly losses: readonly number[];
  /** Perplexity of the validation split. */
  readonly perplexity: number;
  readonly checkpoints: readonly string[];
  /** Parameters of the model that the last checkpoint gives. */
  readonly loaded: number;
  /** Tensors that are left when everything is disposed. */
  readonly tensors: number;
  readonly threads: number;
  /** What the backend had to do without. */
  readonly limits?: string;
}

/** Trains a batch-normalized character model and saves it in memory. */
export async function trainCharacters(wanted: Wanted): Promise<Trained> {
  const { backend, steps, inside = false, store = memoryStore(), resume = false } = wanted;
  const { threads, limits } = await startBackend(backend, { threads: wanted.threads });
  const pieces = [new TextEncoder().encode(text())];
  const corpus = await corpusOfText('fox', { where: 'fox.txt', pieces }, [80, 10, 10], {
    level: 'character',
  });
  const before = memory().numTensors;
  const inputToHidden = batchNorm({ over: 'frame' });
  const model = languageModel({
    vocabulary: corpus.vocabulary.size,
    embedding: 12,
    layers: [
      lstm({
        units: 16,
        normalize: { inputToHidden, ...(inside && { hiddenToHidden: inputToHidden }) },
      }),
    ],
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
  const streams = { batch: 8, time: 10, layout: 'tensorflow' } as const;
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
    epochs: 9,
    maxSteps: steps,
    evaluation: { statistics: ['running'] },
    checkpoints: { store },
    resume,
    run: { preset: 'page', recipe: 'page', backend: 'own', corpus: corpus.info },
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
    threads,
    ...(limits !== undefined && { limits }),
  };
}
