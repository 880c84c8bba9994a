import { array64, at, axis, put, type Array64 } from '../array64';
import { addToRows, product } from './arithmetic';

export interface SoftmaxCrossEntropyOptions {
  /** [N, V]. */
  logits: Array64;
  /** [N]. */
  labels: ArrayLike<number>;
  /** [N]. */
  weights?: Array64 | undefined;
}

/**
 * The cross entropy of each row in nats.
 *
 *   y[n] = weights[n] · (log Σ_v exp(logits[n, v]) − logits[n, labels[n]])
 */
export function softmaxCrossEntropy(options: SoftmaxCrossEntropyOptions): Array64 {
  const { logits, labels, weights } = options;
  const [rows, classes] = [axis(logits, 0), axis(logits, 1)];
  const y = array64([rows]);
  for (let n = 0; n < rows; n++) {
    const row = Array.from({ length: classes }, (_, v) => at(logits, n, v));
    const largest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    const nats = largest + Math.log(sum) - at(logits, n, labels[n]);
    put(y, nats * (weights === undefined ? 1 : at(weights, n)), n);
  }
  return y;
}

export interface ProjectedCrossEntropyOptions {
  /** [N, H]. */
  hidden: Array64;
  /** [H, V]. */
  weights: Array64;
  /** [V]. */
  bias: Array64;
  /** [N]. */
  labels: ArrayLike<number>;
  /** [N]. */
  rowWeights?: Array64 | undefined;
}

/** `softmaxCrossEntropy` of the logits hidden·weights + bias. */
export function projectedCrossEntropy(options: ProjectedCrossEntropyOptions): Array64 {
  const { hidden, weights, bias, labels, rowWeights } = options;
  const logits = addToRows(product(hidden, weights), bias);
  return softmaxCrossEntropy({ logits, labels, weights: rowWeights });
}
