import { expectShape, UsageError } from '@bnrnn/core';
import { customOp, zeroPadding } from '@bnrnn/tensor-backend';
import {
  add,
  clone,
  expandDims,
  eye,
  matMul,
  neg,
  reshape,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
  transpose,
  zeros,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { MeasureInputOptions, NamedTensors, Normalizer, Renewable } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { reestimate } from './reestimate';
import { checkSettings, defaultsOf, type ValuesOf } from './strategySetting';
import { sumOverRanks } from './sumOverRanks';

const settings = {
  every: {
    kind: 'number',
    bounds: { integer: true, min: 1 },
    value: 100,
    meaning: 'updates between two estimates of the input; the first stands after the first update',
    source: 'Desjardins et al. 2015, section 3: hundreds of updates share one estimate',
  },
  sampleEvery: {
    kind: 'number',
    bounds: { integer: true, min: 1 },
    value: 10,
    meaning: 'of so many mini-batches one is measured',
    source: 'chosen: ten mini-batches make an estimate',
  },
  damping: {
    kind: 'number',
    bounds: { above: 0 },
    value: 0.1,
    meaning: 'added to the diagonal of the covariance of the input',
    source: 'searched: the least training loss of 0.01, 0.03, 0.1, 0.3 and 1 after 400 steps',
  },
} as const;

type Values = ValuesOf<typeof settings>;

/** What is kept: c and U, and of the rows measured since the last estimate the sums about c, and their number. */
type Statistics = Readonly<Record<'mean' | 'matrix' | 'sum' | 'squares' | 'rows', Tensor>>;
const names = ['mean', 'matrix', 'sum', 'squares', 'rows'] as const;

export const naturalStrategy = {
  kind: 'natural',
  settings,
  parameterShapes: () => ({}),
  examples: [{ settings: { every: 3, sampleEvery: 2 } }],
  create: (fields, where) => naturalOf(checkSettings(where, fields, settings)),
} as const satisfies BuiltInStrategy;

/** Settings of whitened inputs; what is left out takes its default, see `specOfName('natural')`. */
export type NaturalOptions = Partial<Values>;

/**
 * Natural neural networks: whitens the input x of W·x by statistics of the past, and keeps the function each time
 * that these are estimated anew.
 *
 *   a = (x − c)·U·V + d     V the layer's weights [inputs, features], d its bias
 *   after every `every` updates, and after the first:
 *     c' = mean of x     U' = (Σ + damping·I)^(−1/2)     V' = U'⁻¹·U·V     d' = d + (c' − c)·U·V
 *
 * Mean and covariance Σ run over the real rows of one mini-batch in `sampleEvery` since the last estimate, of
 * all ranks. U and c are constants of the gradient. Training and evaluation compute the same function: there is
 * no mode. A layer computes x·(U·V) + (d − c·U·V), and folds into exactly that. What an optimizer remembers of V and d
 * is forgotten when they are renewed, because their coordinates are others.
 *
 * @throws UsageError for a setting out of range, and where there is no product; ShapeError when sizes disagree.
 * @see Desjardins et al. 2015, algorithm 1 (PRONG); docs/deviations.md.
 */
export function natural(options: NaturalOptions = {}): Normalizer {
  return naturalStrategy.create({ ...defaultsOf(settings), ...options }, 'natural');
}

function naturalOf(values: Values): Normalizer {
  return {
    spec: { kind: 'natural', ...values },
    needs: 'row',
    sumsOverRanks: true,
    init(_, { weights }) {
      if (weights === undefined) {
        throw new UsageError(
          'natural: the placement has no product, whose input can be whitened.',
          {
            hint: 'Use it at inputToHidden.',
          },
        );
      }
      const [inputs] = weights.shape;
      return {
        parameters: {},
        statistics: tidy(() => ({
          mean: zeros([1, inputs]),
          matrix: reshape(eye(inputs), [1, inputs, inputs]),
          ...noRows(inputs),
        })),
      };
    },
    apply: (x) => ({ y: clone(x) }),
    mapWeights(weights, _, statistics) {
      const { matrix } = expectStatistics('natural.mapWeights', statistics, weights.shape[0]);
      return tidy(() => timesSymmetric(matrix, weights));
    },
    mapOffset(weights, _, statistics) {
      const { mean, matrix } = expectStatistics('natural.mapOffset', statistics, weights.shape[0]);
      return tidy(() => {
        const row = matMul(mean as Tensor2D, reshape<Rank.R2>(matrix, [mean.size, mean.size]));
        return neg<Tensor1D>(reshape(matMul(row, weights), [weights.shape[1]]));
      });
    },
    measureInput: (x, statistics, options) =>
      options.step % values.sampleEvery === 0 ? measure(x, statistics, options) : undefined,
    fold: (statistics, measured, counts) =>
      tidy(() => {
        const { mean, matrix, sum: total, squares, rows } = statistics as Statistics;
        const more = counts.reduce((all, count) => all + count, 0);
        return {
          mean: clone(mean),
          matrix: clone(matrix),
          sum: add(total, measured['sum'] as Tensor),
          squares: add(squares, measured['squares'] as Tensor),
          rows: add(rows, more),
        };
      }),
    renew: (held, step) =>
      step === 1 || step % values.every === 0
        ? renewed(held, values.damping)
        : Promise.resolve(undefined),
  };
}

/** The sums of a measurement that has seen no row. */
function noRows(inputs: number): Pick<Statistics, 'sum' | 'squares' | 'rows'> {
  return {
    sum: zeros([1, inputs]),
    squares: zeros([1, inputs, inputs]),
    rows: zeros([1, 1]),
  };
}

/** U·V. U is symmetric and has no gradient. */
function timesSymmetric(matrix: Tensor, weights: Tensor2D): Tensor2D {
  const [inputs] = weights.shape;
  return customOp<Tensor2D>([weights], (save) => {
    const square = reshape<Rank.R2>(matrix, [inputs, inputs]);
    save([square]);
    return {
      value: matMul(square, weights),
      gradient: (dy, [u]) => [matMul(u as Tensor2D, dy)],
    };
  });
}

/** The sums of the real rows of x about c: of x − c, and of its products with itself. */
function measure(
  x: Tensor3D,
  statistics: NamedTensors,
  { lengths, collective }: MeasureInputOptions,
): NamedTensors {
  const where = 'natural.measureInput';
  expectShape(where, 'x', x, { time: null, batch: null, inputs: null });
  const [time, batch, inputs] = x.shape;
  const { mean } = expectStatistics(where, statistics, inputs);
  return tidy(() => {
    const centred = zeroPadding(sub(zeroPadding(x, lengths), mean), lengths);
    const rows = reshape<Rank.R2>(centred, [time * batch, inputs]);
    // tfjs's wasm backend runs a product with a transposed argument ten times slower.
    const squares = matMul(transpose(rows), rows);
    const sums = sumOverRanks(collective, [sum(rows, 0, true), expandDims(squares)]);
    return { sum: sums[0] as Tensor, squares: sums[1] as Tensor };
  });
}

async function renewed(held: Renewable, damping: number): Promise<Renewable | undefined> {
  const { weights, bias, statistics = {} } = held;
  if (weights === undefined || bias === undefined) {
    throw new UsageError('natural.renew: weights and bias of the product are missing.');
  }
  const [inputs, features] = weights.shape;
  const kept = expectStatistics('natural.renew', statistics, inputs);
  const read = (tensor: Tensor): Promise<Float32Array> => tensor.data<'float32'>();
  const [rows = 0] = await read(kept.rows);
  const next = reestimate({
    mean: await read(kept.mean),
    matrix: await read(kept.matrix),
    sum: await read(kept.sum),
    squares: await read(kept.squares),
    weights: await read(weights),
    bias: await read(bias),
    rows,
    damping,
  });
  if (next === undefined) return undefined;
  return {
    weights: tensor2d(Float32Array.from(next.weights), [inputs, features]),
    bias: tensor1d(Float32Array.from(next.bias)),
    statistics: {
      mean: tensor2d(Float32Array.from(next.mean), [1, inputs]),
      matrix: tensor3d(Float32Array.from(next.matrix), [1, inputs, inputs]),
      ...noRows(inputs),
    },
  };
}

function expectStatistics(caller: string, tensors: NamedTensors, inputs: number): Statistics {
  const square = { rows: 1, inputs, columns: inputs };
  const shapes = { mean: { rows: 1, inputs }, matrix: square, sum: { rows: 1, inputs } };
  const all = { ...shapes, squares: square, rows: { rows: 1, columns: 1 } };
  for (const name of names) {
    const found = tensors[name];
    if (found === undefined) {
      throw new UsageError(`${caller}: statistics.${name} is missing.`, {
        hint: 'Make them with the same normalizer: normalizer.init(features, { weights }).',
      });
    }
    expectShape(caller, `statistics.${name}`, found, all[name]);
  }
  return tensors as Statistics;
}
