import {
  expectIndices,
  expectShape,
  paddedLengths,
  ShapeError,
  type GivenLengths,
  type Lengths,
} from '@bnrnn/core';
import {
  add,
  concat,
  matMul,
  mul,
  ones,
  reshape,
  slice,
  softmax,
  tensor1d,
  tidy,
  transpose,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { crossEntropyRows, crossEntropySlopes } from './crossEntropyRows';
import { customOp } from './customOp';
import { realRows } from './padding';

/** The most logits that stand in memory at once: 32 MiB of float32. */
const largestBlock = 8 * 1024 * 1024;

/** See `projectedCrossEntropy`. */
export const projectedCrossEntropyOp = defineOp<{ lengths: Lengths | undefined }>()({
  name: 'projectedCrossEntropy',
  inputs: { hidden: 'rows units', weights: 'units classes', bias: 'classes', labels: 'rows' },
  optional: {},
  outputs: { nats: 'rows' },
  constants: ['labels'],
  fallback: (inputs, { lengths }) => ({ nats: inBlocks(inputs, lengths, largestBlock) }),
});

export interface ProjectedCrossEntropyOptions {
  hidden: Tensor2D;
  weights: Tensor2D;
  bias: Tensor1D;
  labels: ArrayLike<number>;
  lengths?: GivenLengths | undefined;
  transposed?: boolean | undefined;
}

/**
 * The cross entropy in nats of each row of a softmax layer, without ever holding all its logits.
 *
 *   logits = hidden·weights + bias     nats[n] = log Σ_v exp(logits[n, v]) − logits[n, labels[n]], 0 where padded
 *
 * Rows are taken in blocks of at most 32 MiB of logits, computed again for the gradient.
 *
 * @param options.hidden      float32 [rows, units].
 * @param options.weights     float32 [units, classes]; [classes, units] where `transposed`.
 * @param options.bias        float32 [classes].
 * @param options.labels      [rows] whole numbers on the CPU, 0 to classes - 1.
 * @param options.lengths     real steps of each of the batch's rows, where rows = time·batch; all when absent.
 * @param options.transposed  the weights are a table with one row for each class, such as an embedding; default false.
 * @returns float32 [rows].
 * @throws ShapeError when sizes disagree, or for labels that are no list; UsageError for a label that is no class, or
 *   a length outside 0 to time.
 * @see docs/architecture.md, ops.
 */
export function projectedCrossEntropy(options: ProjectedCrossEntropyOptions): Tensor1D {
  const name = 'projectedCrossEntropy';
  const { hidden, weights: given, bias, transposed = false } = options;
  expectShape(name, 'hidden', hidden, { rows: null, units: null });
  const [rows, units] = hidden.shape;
  expectShape(
    name,
    'weights',
    given,
    transposed ? { classes: null, units } : { units, classes: null },
  );
  const size = given.shape[transposed ? 0 : 1];
  expectIndices(name, 'labels', options.labels, { count: { rows }, size });
  const lengths = lengthsOfRows(name, options.lengths, rows);
  return tidy(() => {
    const labels = tensor1d(Int32Array.from(options.labels), 'int32');
    const weights = transposed ? transpose<Tensor2D>(given) : given;
    return runOp(projectedCrossEntropyOp, { hidden, weights, bias, labels }, { lengths }).nats;
  });
}

/** @throws ShapeError for rows that are no steps of so many sequences. */
function lengthsOfRows(
  name: string,
  lengths: GivenLengths | undefined,
  rows: number,
): Lengths | undefined {
  if (lengths === undefined) return undefined;
  const batch = 'each' in lengths ? lengths.each.length : lengths.length;
  if (rows % batch === 0) return paddedLengths(name, lengths, { time: rows / batch, batch });
  throw new ShapeError(`${name}: hidden has ${rows} rows, expected a multiple of batch=${batch}.`);
}

interface LayerTensors {
  readonly hidden: Tensor2D;
  readonly weights: Tensor2D;
  readonly bias: Tensor1D;
  readonly labels: Tensor1D;
}

/** The fallback with the size of a block as an argument, for its tests. */
export function inBlocks(
  { hidden, weights, bias, labels }: LayerTensors,
  lengths: Lengths | undefined,
  blockSize: number,
): Tensor1D {
  const [rows, units] = hidden.shape;
  const blockRows = Math.max(1, Math.min(rows, Math.floor(blockSize / weights.shape[1])));
  const starts = Array.from({ length: Math.ceil(rows / blockRows) }, (_, i) => i * blockRows);
  const rowsOf = (t: Tensor2D, start: number): Tensor2D =>
    slice(t, [start, 0], [Math.min(blockRows, rows - start), units]);
  const part = (t: Tensor1D, start: number): Tensor1D =>
    slice(t, [start], [Math.min(blockRows, rows - start)]);

  return customOp<Tensor1D>([hidden, weights, bias], (save) => {
    const blocks = starts.map((start) =>
      tidy(() => {
        const logits: Tensor2D = add(matMul(rowsOf(hidden, start), weights), bias);
        const { nats, probabilities } = crossEntropyRows(logits, part(labels, start));
        // One block's probabilities are kept for the gradient; several are computed again.
        return starts.length === 1 ? { nats, probabilities } : { nats };
      }),
    );
    const kept = blocks.flatMap((block) => block.probabilities ?? []);
    const nats = concat(blocks.map((block) => block.nats));
    const silence = (y: Tensor1D): Tensor1D => (lengths ? mul(y, realRows(lengths)) : y);
    save([hidden, weights, bias, labels, ...kept]);
    return {
      value: silence(nats),
      gradient: (dy, saved) => {
        const [h, w, b, y] = saved as [Tensor2D, Tensor2D, Tensor1D, Tensor1D];
        const p = kept.length > 0 ? (saved[4] as Tensor2D) : undefined;
        const slope = silence(dy);
        const wT: Tensor2D = transpose(w);
        const dHidden: Tensor2D[] = [];
        let dWeights: Tensor2D | undefined;
        let dBias: Tensor2D | undefined;
        for (const start of starts) {
          // Products with explicit transposes, and with ones for the sum over rows: both are what
          // tfjs's wasm computes fast.
          const block = tidy(() => {
            const rowsHere = rowsOf(h, start);
            const probabilities = p ?? softmax<Tensor2D>(add(matMul(rowsHere, w), b));
            const g = crossEntropySlopes(probabilities, part(y, start), part(slope, start));
            const dW: Tensor2D = matMul(transpose(rowsHere), g);
            const dB: Tensor2D = matMul(ones([1, g.shape[0]]), g);
            const dH: Tensor2D = matMul(g, wT);
            return { dH, dW, dB };
          });
          dHidden.push(block.dH);
          dWeights = accumulate(dWeights, block.dW);
          dBias = accumulate(dBias, block.dB);
        }
        return [concat(dHidden), dWeights as Tensor2D, reshape(dBias as Tensor2D, b.shape)];
      },
    };
  });
}

/** Adds to a running sum and frees both terms. */
function accumulate(total: Tensor2D | undefined, term: Tensor2D): Tensor2D {
  if (total === undefined) return term;
  const next: Tensor2D = add(total, term);
  total.dispose();
  term.dispose();
  return next;
}
