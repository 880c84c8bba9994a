import {
  add,
  expandDims,
  gather,
  log,
  max,
  mul,
  range,
  reshape,
  scalar,
  softmax,
  stack,
  sub,
  tensorScatterUpdate,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * Each row's cross entropy with its label, and the class probabilities; off the tape only.
 *
 * log Σ exp(x) = max(x) − log max(softmax(x)), because the largest probability is 1 / Σ exp(x − max):
 * stable, and tfjs's wasm computes softmax seven times faster than exp.
 */
export function crossEntropyRows(
  logits: Tensor2D,
  labels: Tensor1D,
): { nats: Tensor1D; probabilities: Tensor2D } {
  const probabilities = softmax(logits);
  const logSumExp = sub(max(logits, 1), log(max(probabilities, 1)));
  return { nats: sub(logSumExp, pick(logits, labels)), probabilities };
}

/** The gradient of each row's cross entropy with respect to its logits, times that row's `slope`. */
export function crossEntropySlopes(
  probabilities: Tensor2D,
  labels: Tensor1D,
  slope: Tensor1D,
): Tensor2D {
  const rows = range(0, labels.size, 1, 'int32');
  const scaled: Tensor2D = mul(probabilities, expandDims(slope, 1));
  // p - 1 at the label: written into one copy instead of a one-hot matrix beside it.
  const atLabel = sub(pick(scaled, labels), slope);
  return tensorScatterUpdate(scaled, stack([rows, labels], 1), atLabel);
}

/** The element of each row that its label names. */
function pick(x: Tensor2D, labels: Tensor1D): Tensor1D {
  const [rows, classes] = x.shape;
  const starts = mul(range(0, rows, 1, 'int32'), scalar(classes, 'int32'));
  return gather(reshape(x, [x.size]), add(starts, labels));
}
