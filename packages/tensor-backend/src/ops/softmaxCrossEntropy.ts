import { expectShape } from '@bnrnn/core';
import { mul, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropyContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { crossEntropyRows, crossEntropySlopes } from './crossEntropyRows';
import { customOp } from './customOp';
import { expectIndices } from './indices';

export interface SoftmaxCrossEntropyOptions {
  logits: Tensor2D;
  labels: Tensor1D;
  weights?: Tensor1D | undefined;
}

/**
 * The cross entropy in nats of each row of logits with its label.
 *
 *   nats[n] = weights[n]·(log Σ_v exp(logits[n, v]) − logits[n, labels[n]])
 *
 * @param options.logits   float32 [rows, classes].
 * @param options.labels   int32 [rows], 0 to classes - 1.
 * @param options.weights  float32 [rows], a constant for the gradient; 1 when absent.
 * @returns float32 [rows].
 * @throws ShapeError when sizes or dtypes disagree; UsageError for a label that is no class.
 * @see Laurent et al. 2015, section 4: frame-wise cross entropy and word perplexity.
 */
export function softmaxCrossEntropy(options: SoftmaxCrossEntropyOptions): Tensor1D {
  const { logits, labels, weights } = options;
  expectShape('softmaxCrossEntropy', 'logits', logits, { rows: null, classes: null });
  const [rows, classes] = logits.shape;
  expectIndices('softmaxCrossEntropy', 'labels', labels, rows, classes);
  if (weights) expectShape('softmaxCrossEntropy', 'weights', weights, { rows });
  return runOp(softmaxCrossEntropyContract, { logits, labels, weights }, {}, () => ({
    nats: customOp<Tensor1D>([logits], (save) => {
      const { nats, probabilities } = crossEntropyRows(logits, labels);
      save([probabilities, labels, ...(weights ? [weights] : [])]);
      return {
        value: weights ? mul(nats, weights) : nats,
        gradient: (dy, saved) => {
          const [p, y, w] = saved as [Tensor2D, Tensor1D, Tensor1D?];
          return [crossEntropySlopes(p, y, w ? mul(dy, w) : dy)];
        },
      };
    }),
  })).nats as Tensor1D;
}
