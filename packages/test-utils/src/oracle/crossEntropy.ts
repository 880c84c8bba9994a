import { array64, at, axis, put, type Array64 } from '../array64';
import { addToRows, isPadded, product, type RowLengths } from './arithmetic';

export interface SoftmaxCrossEntropyOptions {
  /** [N, V]. */
  logits: Array64;
  /** [N]. */
  labels: ArrayLike<number>;
  /** Real steps of each of the B sequences, where N = T·B and row t·B + b is step t of sequence b. */
  lengths?: RowLengths;
}

/**
 * The cross entropy of each row in nats.
 *
 *   y[n] = log Σ_v exp(logits[n, v]) − logits[n, labels[n]], and 0 where padded
 */
export function softmaxCrossEntropy(options: SoftmaxCrossEntropyOptions): Array64 {
  const { logits, labels, lengths } = options;
  const batch = lengths?.length ?? 1;
  const [rows, classes] = [axis(logits, 0), axis(logits, 1)];
  const y = array64([rows]);
  for (let n = 0; n < rows; n++) {
    const row = Array.from({ length: classes }, (_, v) => at(logits, n, v));
    const largest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    const nats = largest + Math.log(sum) - at(logits, n, labels[n]);
    put(y, isPadded(lengths, Math.floor(n / batch), n % batch) ? 0 : nats, n);
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
  /** As for `softmaxCrossEntropy`. */
  lengths?: RowLengths;
}

/** `softmaxCrossEntropy` of the logits hidden·weights + bias. */
export function projectedCrossEntropy(options: ProjectedCrossEntropyOptions): Array64 {
  const { hidden, weights, bias, labels, lengths } = options;
  const logits = addToRows(product(hidden, weights), bias);
  return softmaxCrossEntropy({ logits, labels, lengths });
}
