import {
  add,
  exp,
  expandDims,
  gather,
  log,
  max,
  mul,
  range,
  reshape,
  scalar,
  stack,
  sub,
  sum,
  tensorScatterUpdate,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** Each row's cross entropy with its label, and the log of the sum of exp(logits) it needed. */
export function crossEntropyRows(
  logits: Tensor2D,
  labels: Tensor1D,
): { nats: Tensor1D; logSumExp: Tensor2D } {
  const rows = logits.shape[0];
  const largest = max(logits, 1, true);
  const logSumExp: Tensor2D = add(log(sum(exp(sub(logits, largest)), 1, true)), largest);
  return { nats: sub(reshape(logSumExp, [rows]), pick(logits, labels)) as Tensor1D, logSumExp };
}

/** The gradient of each row's cross entropy with respect to its logits, times that row's `slope`. */
export function crossEntropySlopes(
  logits: Tensor2D,
  logSumExp: Tensor2D,
  labels: Tensor1D,
  slope: Tensor1D,
): Tensor2D {
  const rows = logits.shape[0];
  const scaled: Tensor2D = mul(exp(sub(logits, logSumExp)), expandDims(slope, 1));
  const positions = stack([range(0, rows, 1, 'int32'), labels], 1);
  // p - 1 at the label: one copy of the probabilities instead of a one-hot matrix beside them.
  return tensorScatterUpdate(scaled, positions, sub(pick(scaled, labels), slope)) as Tensor2D;
}

/** The element of each row that its label names. */
function pick(x: Tensor2D, labels: Tensor1D): Tensor1D {
  const [rows, classes] = x.shape;
  const starts = mul(range(0, rows, 1, 'int32'), scalar(classes, 'int32'));
  return gather(reshape(x, [x.size]), add(starts, labels));
}
