import { randomStream, type BatchSource, type TokenBatch, type UtteranceBatch } from '@bnrnn/core';
import type { FrameClassifierSpec, ModelSpec } from '@bnrnn/recurrent';

interface BatchShape {
  readonly time: number;
  readonly batch: number;
  readonly seed: number;
}

/** Different batches, taken in turn. */
const kinds = 3;

/** Batches that a model takes, of random values, as many as are asked for. */
export function randomBatches(spec: ModelSpec, shape: BatchShape): BatchSource {
  return spec.kind === 'frameClassifier'
    ? randomUtterances({ ...shape, ...spec })
    : randomTokens({ ...shape, types: spec.vocabulary });
}

/** Windows of uniformly random tokens. */
function randomTokens(options: BatchShape & { readonly types: number }): BatchSource<TokenBatch> {
  const { time, batch, types, seed } = options;
  const size = time * batch;
  const tokens = Int32Array.from(
    randomStream('bench.tokens', seed).words((kinds + 1) * size),
    (word) => word % types,
  );
  return endless({ time, batch }, (i) => {
    const start = (i % kinds) * size;
    return {
      kind: 'tokens',
      time,
      batch,
      inputs: tokens.slice(start, start + size),
      targets: tokens.slice(start + size, start + 2 * size),
      resetState: i === 0,
    };
  });
}

/** Utterances of normally distributed frames and random classes, none of them padded. */
function randomUtterances(
  options: BatchShape & Pick<FrameClassifierSpec, 'features' | 'classes'>,
): BatchSource<UtteranceBatch> {
  const { time, batch, features, classes, seed } = options;
  const rows = time * batch;
  const frames = randomStream('bench.frames', seed);
  const words = randomStream('bench.classes', seed).words(kinds * rows);
  const make = (kind: number): UtteranceBatch => {
    const targets = words.subarray(kind * rows, (kind + 1) * rows);
    return {
      kind: 'utterances',
      time,
      batch,
      features,
      inputs: frames.normal(rows * features, 0, 1, kind),
      targets: Int32Array.from(targets, (word) => word % classes),
      lengths: new Int32Array(batch).fill(time),
      keys: Array.from({ length: batch }, (__, b) => `utterance-${b}`),
    };
  };
  // Made when they are needed: long ones take seconds.
  const made: UtteranceBatch[] = [];
  return endless({ time, batch }, (i) => (made[i % kinds] ??= make(i % kinds)));
}

function endless<Kind extends TokenBatch | UtteranceBatch>(
  largest: { readonly time: number; readonly batch: number },
  make: (i: number) => Kind,
): BatchSource<Kind> {
  return {
    batchesPerEpoch: Number.MAX_SAFE_INTEGER,
    largest,
    *batches(_epoch, from = 0) {
      for (let i = from; ; i++) yield make(i);
    },
  };
}
