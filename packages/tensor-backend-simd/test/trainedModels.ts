import { randomStream, type Batch, type BatchSource } from '@bnrnn/core';
import type { NormalizerSpec } from '@bnrnn/normalization';
import {
  modelFromSpec,
  type BidirectionalSpec,
  type GruSpec,
  type LstmSpec,
  type ModelSpec,
  type PlacementSpecs,
  type RnnSpec,
} from '@bnrnn/recurrent';
import { train, type TrainOptions } from '@bnrnn/training';

type Cell = LstmSpec | RnnSpec | GruSpec;

const initializer = { kind: 'uniform', range: 0.1 } as const;

export function batchNorm(over: 'frame' | 'sequence'): NormalizerSpec {
  const numbers = { epsilon: 1e-5, gain: 1, decay: 0.9, maxSteps: 1 };
  return { kind: 'batch', over, ...numbers, epsilonRule: 'variance', perStep: false };
}

export function lstm(units: number, normalize: PlacementSpecs = {}): LstmSpec {
  return { kind: 'lstm', units, biases: 1, peepholes: 'none', normalize };
}

/** A language model of equal layers. */
export function words(
  cell: Cell,
  { vocabulary = 500, dropout = 0, layers = 2 } = {},
): Extract<ModelSpec, { kind: 'languageModel' }> {
  const below = Array.from({ length: layers }, () => cell);
  const shared = { kind: 'languageModel', unit: 'word', initializer } as const;
  return { ...shared, vocabulary, embedding: cell.units, layers: below, dropout };
}

type Pair = Pick<BidirectionalSpec, 'merge' | 'statistics'>;

/** A frame classifier of bidirectional layers. */
export function frames(
  cell: Cell,
  given: Partial<Pair> & { readonly layers?: number; readonly classes?: number } = {},
): Extract<ModelSpec, { kind: 'frameClassifier' }> {
  const { layers = 2, classes = 60, merge = 'concat', statistics = 'per direction' } = given;
  const features = 12;
  const layer = { kind: 'bidirectional', layer: cell, merge, statistics } as const;
  const below = Array.from({ length: layers }, () => layer);
  return { kind: 'frameClassifier', features, layers: below, classes, initializer };
}

/** Random batches of these lengths, over and over; utterances are padded to different lengths. */
export function batchesOf(spec: ModelSpec, lengths: readonly number[], batch: number): BatchSource {
  const all = lengths.map((time, i) => batchOf(spec, time, batch, i));
  return {
    batchesPerEpoch: all.length,
    largest: { time: Math.max(...lengths), batch },
    batches: (_epoch, from = 0) => all.slice(from),
  };
}

function batchOf(spec: ModelSpec, time: number, batch: number, index: number): Batch {
  const rows = time * batch;
  const stream = randomStream(`memory.${index}`, 11);
  const ids = (types: number) => Int32Array.from(stream.words(2 * rows), (word) => word % types);
  if (spec.kind === 'languageModel') {
    const all = ids(spec.vocabulary);
    const [inputs, targets] = [all.slice(0, rows), all.slice(rows)];
    return { kind: 'tokens', time, batch, inputs, targets, resetState: index === 0 };
  }
  const lengths = Int32Array.from(
    { length: batch },
    (_, b) => time - Math.floor((b * time) / (2 * batch)),
  );
  const { features } = spec;
  return {
    kind: 'utterances',
    time,
    batch,
    features,
    inputs: stream.normal(rows * features, 0, 1, 0),
    targets: ids(spec.classes).slice(0, rows),
    lengths,
    keys: Array.from({ length: batch }, (_, b) => `${index}-${b}`),
  };
}

export interface TrainedRun {
  readonly spec: ModelSpec;
  readonly source: BatchSource;
  readonly steps: number;
  readonly optimizer?: TrainOptions['optimizer'];
}

/** Trains a new model; calls back after each step, while the model is there. */
export async function trainSteps(
  { spec, source, steps, optimizer = { kind: 'momentum', momentum: 0.9 } }: TrainedRun,
  afterStep: (step: number) => void = () => undefined,
): Promise<void> {
  const model = modelFromSpec(spec, { seed: 5 });
  try {
    const events = train({
      model,
      data: { train: source },
      optimizer,
      schedule: { initial: 1e-4, decayFactor: 1, firstDecayedEpoch: 2, every: 1 },
      seed: 5,
      epochs: steps,
      maxSteps: steps,
      run: {
        preset: 'memory',
        recipe: 'none',
        backend: 'simd',
        corpus: { name: 'random', sha256: {}, counts: {}, classes: 2 },
      },
      now: Date.now,
    });
    for await (const event of events) if (event.type === 'step') afterStep(event.step);
  } finally {
    model.dispose();
  }
}
