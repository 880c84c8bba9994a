import { randomStream, type BatchSource, type TokenBatch, type UtteranceBatch } from '@bnrnn/core';
import type { TrainOptions } from '@bnrnn/training';

export interface TinyDataOptions {
  readonly batches?: number;
  readonly time?: number;
  readonly batch?: number;
  readonly vocabulary?: number;
  readonly name?: string;
  /** The state is zeroed before these windows. */
  readonly resetAt?: readonly number[];
}

/** A source that is read synchronously. */
export interface TinyData extends BatchSource<TokenBatch> {
  batches(epoch: number, from?: number): Iterable<TokenBatch>;
}

/** Batches of a noisy count: the next token is the last plus one, most of the time. */
export function tinyData(options: TinyDataOptions = {}): TinyData {
  const { batches = 6, time = 4, batch = 3, vocabulary = 11 } = options;
  const { name = 'train', resetAt = [0] } = options;
  return {
    batchesPerEpoch: batches,
    *batches(epoch, from = 0) {
      for (let i = from; i < batches; i++) {
        const noise = randomStream(`${name}.${epoch}`, 5).uniform(time * batch, 0, 1, i);
        const inputs = Int32Array.from({ length: time * batch }, (_, row) => {
          const stream = row % batch;
          const t = i * time + Math.floor(row / batch);
          return (t + 3 * stream + (noise[row]! < 0.2 ? 2 : 0)) % vocabulary;
        });
        const targets = inputs.map((id) => (id + 1) % vocabulary);
        yield { kind: 'tokens', time, batch, inputs, targets, resetState: resetAt.includes(i) };
      }
    },
  };
}

/** Everything that `train` needs besides the model, small and deterministic. */
export function tinyOptions(): Omit<TrainOptions, 'model'> {
  let clock = 1_000;
  return {
    data: { train: tinyData(), valid: tinyData({ name: 'valid', batches: 3 }) },
    optimizer: { kind: 'sgd' },
    schedule: { initial: 0.5, decayFactor: 2, firstDecayedEpoch: 2 },
    clip: { maxNorm: 5, at: 'above' },
    seed: 1,
    epochs: 2,
    run: {
      preset: 'tiny',
      recipe: 'test',
      backend: 'cpu',
      corpus: { name: 'count', sha256: { train: 'ab' }, counts: { train: 72 }, classes: 11 },
    },
    now: () => (clock += 10),
  };
}

/** Two batches of padded utterances, 10 and 9 frames; padding holds NaN. */
export function tinyUtterances(): BatchSource<UtteranceBatch> {
  const lengths = [
    [5, 3, 2],
    [4, 4, 1],
  ];
  return {
    batchesPerEpoch: 2,
    batches: (_epoch, from = 0) =>
      lengths.slice(from).map((each, k) => {
        const time = Math.max(...each);
        const rows = Array.from({ length: time * 3 }, (_, row) => row);
        const real = rows.map((row) => (Math.floor(row / 3) < each[row % 3]! ? 1 : 0));
        return {
          kind: 'utterances',
          time,
          batch: 3,
          features: 3,
          inputs: Float32Array.from({ length: time * 9 }, (_, i) =>
            real[Math.floor(i / 3)] === 1 ? Math.sin(i * 1.3 + k) : Number.NaN,
          ),
          targets: Int32Array.from(rows, (row) => (row * 7 + k) % 4),
          lengths: Int32Array.from(each),
          keys: ['a', 'b', 'c'].map((name) => `${name}${k}`),
        };
      }),
  };
}
