import { randomStream, type BatchSource, type UtteranceBatch } from '@bnrnn/core';
import { batchNorm, exampleNormalizers, layerNorm, type Normalizer } from '@bnrnn/normalization';
import {
  bidirectional,
  frameClassifier,
  gru,
  languageModel,
  lstm,
  rnn,
  type Layer,
  type SequenceModel,
} from '@bnrnn/recurrent';
import type { OptimizerSpec } from '@bnrnn/training';
import { tinyData } from '../tinyData';

/** A model and its data, as the tests of ranks train them. */
export interface RankCase {
  readonly model: () => SequenceModel;
  readonly train: BatchSource;
  readonly valid: BatchSource;
  readonly optimizer: OptimizerSpec;
}

/** The fewest utterances of a batch of `frames`. */
const smallestBatch = 3;

const initializer = { kind: 'uniform', range: 0.4 } as const;
const layered = layerNorm({ gain: 0.8 });
const frameWise = batchNorm({ over: 'frame', gain: 0.8 });
const perStep = batchNorm({ over: 'frame', gain: 0.8, perStep: true, maxSteps: 4 });
const sequenceWise = batchNorm({ over: 'sequence', epsilonRule: 'double', epsilon: 0.01 });

/** Seven streams: no number of ranks divides them but one. */
function words(layers: readonly Layer[], optimizer: OptimizerSpec): RankCase {
  const data = { time: 5, batch: 7, vocabulary: 11, resetAt: [0, 2] };
  return {
    model: () =>
      languageModel({ vocabulary: 11, embedding: 6, layers, dropout: 0.3, initializer, seed: 3 }),
    train: tinyData({ ...data, batches: 5 }),
    valid: tinyData({ ...data, name: 'valid', batches: 3 }),
    optimizer,
  };
}

/**
 * Ragged utterances; the last batch of an epoch has three, fewer than there are ranks. A time step has three real rows or
 * more, or one: over two rows a deviation can be near 0, which multiplies what rounding does.
 */
function frames(layers: readonly Layer[]): RankCase {
  return {
    model: () => frameClassifier({ features: 4, layers, classes: 5, initializer, seed: 3 }),
    train: utterances('train', [
      [6, 4, 4, 4, 1],
      [3, 3, 1, 2, 3],
      [7, 5, 5],
    ]),
    valid: utterances('valid', [
      [4, 5, 4],
      [2, 3, 3],
    ]),
    optimizer: { kind: 'momentum', momentum: 0.6 },
  };
}

/** Cases that between them have every cell, every way to split and every optimizer. */
export const cases: Readonly<Record<string, () => RankCase>> = {
  'lstm, plain': () => words([lstm({ units: 6 })], { kind: 'sgd' }),
  'lstm, layer normalization at every placement, 2 layers': () =>
    words(
      [1, 2].map(() =>
        lstm({
          units: 6,
          normalize: { inputToHidden: layered, hiddenToHidden: layered, cell: layered },
        }),
      ),
      { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 0.1 },
    ),
  'gru, two biases': () =>
    words([gru({ units: 5, biases: 2 })], { kind: 'momentum', momentum: 0.5 }),
  'rnn, layer normalization of the sum': () =>
    words([rnn({ units: 6, normalize: { preActivation: layered } })], { kind: 'sgd' }),
  'lstm, batch normalization of every placement, per step': () =>
    words(
      [
        lstm({
          units: 6,
          normalize: { inputToHidden: perStep, hiddenToHidden: perStep, cell: perStep },
        }),
      ],
      { kind: 'sgd' },
    ),
  'gru, batch normalization of both products': () =>
    words([gru({ units: 5, normalize: { inputToHidden: frameWise, hiddenToHidden: frameWise } })], {
      kind: 'momentum',
      momentum: 0.5,
    }),
  'rnn, batch normalization of the sum': () =>
    words([rnn({ units: 6, normalize: { preActivation: frameWise } })], { kind: 'sgd' }),
  'bidirectional lstm, sequence-wise statistics of both directions together': () =>
    frames([
      bidirectional(lstm({ units: 4, normalize: { inputToHidden: sequenceWise } }), {
        statistics: 'shared',
      }),
    ]),
  'bidirectional lstm, frame-wise statistics inside, ragged': () =>
    frames([
      bidirectional(
        lstm({ units: 4, normalize: { inputToHidden: sequenceWise, hiddenToHidden: perStep } }),
      ),
    ]),
  'bidirectional lstm, ragged utterances': () => frames([bidirectional(lstm({ units: 4 }))]),
  'bidirectional rnn, layer normalization': () =>
    frames([bidirectional(rnn({ units: 4, normalize: { inputToHidden: layered } }))]),
};

/** Utterances of the given numbers of frames; what stands behind them is NaN. */
function utterances(name: string, batches: readonly number[][]): BatchSource<UtteranceBatch> {
  const features = 4;
  return {
    batchesPerEpoch: batches.length,
    batches: (epoch, from = 0) =>
      batches.slice(from).map((lengths, k) => {
        const time = Math.max(...lengths);
        const batch = lengths.length;
        const noise = randomStream(`${name}.${epoch}`, 4).uniform(
          ...([time * batch * features, -1, 1, from + k] as const),
        );
        const isReal = (row: number) => Math.floor(row / batch) < (lengths[row % batch] as number);
        return {
          kind: 'utterances',
          ...{ time, batch, features },
          inputs: noise.map((value, i) => (isReal(Math.floor(i / features)) ? value : NaN)),
          targets: Int32Array.from({ length: time * batch }, (_, row) => (row * 7 + k) % 5),
          lengths: Int32Array.from(lengths),
          keys: lengths.map((_, b) => `${name} ${from + k} ${b}`),
        };
      }),
  };
}

const placements = ['inputToHidden', 'hiddenToHidden', 'preActivation', 'cell'] as const;
type Placement = (typeof placements)[number];

const cells: Readonly<
  Record<string, { at: readonly Placement[]; make: (at: Placement, n: Normalizer) => RankCase }>
> = {
  lstm: {
    at: placements,
    make: (at, n) => words([lstm({ units: 6, normalize: { [at]: n } })], { kind: 'sgd' }),
  },
  gru: {
    at: ['inputToHidden', 'hiddenToHidden'],
    make: (at, n) => words([gru({ units: 6, normalize: { [at]: n } })], { kind: 'sgd' }),
  },
  rnn: {
    at: ['inputToHidden', 'hiddenToHidden', 'preActivation'],
    make: (at, n) => words([rnn({ units: 6, normalize: { [at]: n } })], { kind: 'sgd' }),
  },
  'bidirectional lstm': {
    at: placements,
    make: (at, n) => frames([bidirectional(lstm({ units: 6, normalize: { [at]: n } }))]),
  },
};

const casesOf = (isWanted: (normalizer: Normalizer) => boolean): Record<string, () => RankCase> =>
  Object.fromEntries(
    Object.entries(cells).flatMap(([cell, { at, make }]) =>
      exampleNormalizers()
        .filter(({ normalizer }) => isWanted(normalizer))
        .flatMap(({ name, normalizer }) =>
          at
            .filter((placement) => isTaken(normalizer, placement, cell.startsWith('bidirectional')))
            .map((placement) => [
              `${cell}, ${placement}: ${name}`,
              () => make(placement, normalizer),
            ]),
        ),
    ),
  );

/** Statistics of a rank's own rows alone would differ from rank to rank. */
const isOfOwnRows = (normalizer: Normalizer): boolean =>
  (normalizer.needs !== 'row' || 'fold' in normalizer) && normalizer.sumsOverRanks !== true;

/** A case for every built-in strategy with every cell and placement that takes it, by name. */
export const everyCase = casesOf((normalizer) => !isOfOwnRows(normalizer));

/** The same for those that ranks refuse. */
export const refusedCase = casesOf(isOfOwnRows);

/** Whether a layer takes a strategy at a placement, and the batches of these cases are large enough for it. */
function isTaken(normalizer: Normalizer, at: Placement, later: boolean): boolean {
  const { spec, needs, fewestRows = 2 } = normalizer;
  if (spec.kind === 'none' || fewestRows > smallestBatch) return false;
  if (normalizer.measureInput !== undefined) return at === 'inputToHidden';
  if (normalizer.mapWeights !== undefined) return at === 'inputToHidden' || at === 'hiddenToHidden';
  return needs !== 'sequence' || (later && at === 'inputToHidden');
}
