import { expectShape } from '@bnrnn/core';
import {
  add,
  concat,
  matMul,
  mul,
  slice,
  sum,
  tidy,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { projectedCrossEntropyContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { crossEntropyRows, crossEntropySlopes } from './crossEntropyRows';
import { customOp } from './customOp';
import { expectIndices } from './indices';

/** The most logits that stand in memory at once: 32 MiB of float32. */
const largestBlock = 8 * 1024 * 1024;

export interface ProjectedCrossEntropyOptions {
  hidden: Tensor2D;
  weights: Tensor2D;
  bias: Tensor1D;
  labels: Tensor1D;
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
 * @param options.labels      int32 [rows], 0 to classes - 1.
 * @param options.rowWeights  float32 [rows], a constant for the gradient; 1 when absent.
 * @returns float32 [rows].
 * @throws ShapeError when sizes or dtypes disagree; UsageError for a label that is no class.
 * @see docs/architecture.md, ops.
 */
export function projectedCrossEntropy(options: ProjectedCrossEntropyOptions): Tensor1D {
  const { hidden, weights, bias, labels, rowWeights } = options;
  expectShape('projectedCrossEntropy', 'hidden', hidden, { rows: null, units: null });
  const [rows, units] = hidden.shape;
  expectShape('projectedCrossEntropy', 'weights', weights, { units, classes: null });
  const classes = weights.shape[1];
  expectShape('projectedCrossEntropy', 'bias', bias, { classes });
  expectIndices('projectedCrossEntropy', 'labels', labels, rows, classes);
  if (rowWeights) expectShape('projectedCrossEntropy', 'rowWeights', rowWeights, { rows });
  return runOp(projectedCrossEntropyContract, options, {}, () => ({
    nats: reference(options, largestBlock),
  })).nats as Tensor1D;
}

/** The reference with the size of a block as an argument, for its tests. */
export function reference(options: ProjectedCrossEntropyOptions, blockSize: number): Tensor1D {
  const { hidden, weights, bias, labels, rowWeights } = options;
  const [rows, units] = hidden.shape;
  const blockRows = Math.max(1, Math.min(rows, Math.floor(blockSize / weights.shape[1])));
  const starts = Array.from({ length: Math.ceil(rows / blockRows) }, (_, i) => i * blockRows);
  const sizeFrom = (start: number) => Math.min(blockRows, rows - start);
  const rowsOf = (t: Tensor2D, start: number): Tensor2D =>
    slice(t, [start, 0], [sizeFrom(start), units]);
  const part = (t: Tensor1D, start: number): Tensor1D => slice(t, [start], [sizeFrom(start)]);
  const weigh = (t: Tensor1D): Tensor1D => (rowWeights ? mul(t, rowWeights) : t);

  return customOp<Tensor1D>([hidden, weights, bias], (save) => {
    const nats = starts.map((start) =>
      tidy(() => {
        const logits: Tensor2D = add(matMul(rowsOf(hidden, start), weights), bias);
        return crossEntropyRows(logits, part(labels, start)).nats;
      }),
    );
    save([hidden, weights, bias, labels, ...(rowWeights ? [rowWeights] : [])]);
    return {
      value: weigh(concat(nats)),
      gradient: (dy, saved) => {
        const [h, w, b, y, rw] = saved as [Tensor2D, Tensor2D, Tensor1D, Tensor1D, Tensor1D?];
        const slope: Tensor1D = rw ? mul(dy, rw) : dy;
        const wT: Tensor2D = transpose(w);
        const dHidden: Tensor2D[] = [];
        let dWeights: Tensor | undefined;
        let dBias: Tensor | undefined;
        for (const start of starts) {
          const block = tidy(() => {
            const hb = rowsOf(h, start);
            const logits: Tensor2D = add(matMul(hb, w), b);
            const yb = part(y, start);
            const { logSumExp } = crossEntropyRows(logits, yb);
            const g = crossEntropySlopes(logits, logSumExp, yb, part(slope, start));
            return { dh: matMul(g, wT), dw: matMul(transpose(hb), g), db: sum(g, 0) };
          });
          dHidden.push(block.dh as Tensor2D);
          dWeights = accumulate(dWeights, block.dw);
          dBias = accumulate(dBias, block.db);
        }
        return [concat(dHidden), dWeights as Tensor, dBias as Tensor];
      },
    };
  });
}

/** Adds to a running sum and frees both terms. */
function accumulate(total: Tensor | undefined, term: Tensor): Tensor {
  if (total === undefined) return term;
  const next: Tensor = add(total, term);
  total.dispose();
  term.dispose();
  return next;
}
