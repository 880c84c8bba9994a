import { expectIndices, expectShape } from '@bnrnn/core';
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
import { defineOp, type OpInputs } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { crossEntropyRows, crossEntropySlopes } from './crossEntropyRows';
import { customOp } from './customOp';

/** The most logits that stand in memory at once: 32 MiB of float32. */
const largestBlock = 8 * 1024 * 1024;

/** See `projectedCrossEntropy`. */
export const projectedCrossEntropyOp = defineOp<object>()({
  name: 'projectedCrossEntropy',
  inputs: { hidden: 'rows units', weights: 'units classes', bias: 'classes', labels: 'rows' },
  optional: { rowWeights: 'rows' },
  outputs: { nats: 'rows' },
  constants: ['labels', 'rowWeights'],
  fallback: (inputs) => ({ nats: inBlocks(inputs, largestBlock) }),
});

export interface ProjectedCrossEntropyOptions {
  hidden: Tensor2D;
  weights: Tensor2D;
  bias: Tensor1D;
  labels: ArrayLike<number>;
  rowWeights?: Tensor1D | undefined;
}

/**
 * The cross entropy in nats of each row of a softmax layer, without ever holding all its logits.
 *
 *   logits = hidden·weights + bias     nats[n] = rowWeights[n]·(log Σ_v exp(logits[n, v]) − logits[n, labels[n]])
 *
 * Rows are taken in blocks of at most 32 MiB of logits, computed again for the gradient.
 *
 * @param options.hidden      float32 [rows, units].
 * @param options.weights     float32 [units, classes].
 * @param options.bias        float32 [classes].
 * @param options.labels      [rows] whole numbers on the CPU, 0 to classes - 1.
 * @param options.rowWeights  float32 [rows], a constant for the gradient; 1 when absent.
 * @returns float32 [rows].
 * @throws ShapeError when sizes disagree, or for labels that are no list; UsageError for a label that is no class.
 * @see docs/architecture.md, ops.
 */
export function projectedCrossEntropy(options: ProjectedCrossEntropyOptions): Tensor1D {
  const name = 'projectedCrossEntropy';
  const { hidden, weights } = options;
  expectShape(name, 'hidden', hidden, { rows: null, units: null });
  expectShape(name, 'weights', weights, { units: hidden.shape[1], classes: null });
  const [rows, size] = [hidden.shape[0], weights.shape[1]];
  expectIndices(name, 'labels', options.labels, { count: { rows }, size });
  return tidy(() => {
    const labels = tensor1d(Int32Array.from(options.labels), 'int32');
    return runOp(projectedCrossEntropyOp, { ...options, labels }, {}).nats;
  });
}

/** The fallback with the size of a block as an argument, for its tests. */
export function inBlocks(
  inputs: OpInputs<typeof projectedCrossEntropyOp>,
  blockSize: number,
): Tensor1D {
  const { hidden, weights, bias, labels, rowWeights } = inputs;
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
    const rest = rowWeights ? [rowWeights] : [];
    save([hidden, weights, bias, labels, ...kept, ...rest]);
    return {
      value: rowWeights ? mul(nats, rowWeights) : nats,
      gradient: (dy, saved) => {
        const [h, w, b, y] = saved as [Tensor2D, Tensor2D, Tensor1D, Tensor1D];
        const p = kept.length > 0 ? (saved[4] as Tensor2D) : undefined;
        const slope: Tensor1D = rowWeights ? mul(dy, saved.at(-1) as Tensor1D) : dy;
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
