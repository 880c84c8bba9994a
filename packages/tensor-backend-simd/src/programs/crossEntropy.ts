import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';

/** Softmax cross entropy of whole logits; `probabilities` receives a copy that becomes the softmax. */
export const softmaxCrossEntropy: Program = (thread, values) => {
  const [rows, columns, logits, labels, weights, nats, probabilities] = unpack(values, 7);
  const [start, end] = ownRange(thread, rows);
  if (start === end) return;
  const { float32 } = thread;
  float32.copyWithin(
    (probabilities >>> 2) + start * columns,
    (logits >>> 2) + start * columns,
    (logits >>> 2) + end * columns,
  );
  thread.kernels.softmaxRows(
    probabilities + start * columns * 4,
    0,
    labels + start * 4,
    weights && weights + start * 4,
    nats + start * 4,
    end - start,
    columns,
  );
};

/** Turns saved probabilities into the gradient of the logits, in place. */
export const softmaxGradient: Program = (thread, values) => {
  const [rows, columns, probabilities, labels, weights, dNats] = unpack(values, 6);
  const [start, end] = ownRange(thread, rows);
  if (start === end) return;
  thread.kernels.softmaxGradientRows(
    probabilities + start * columns * 4,
    labels + start * 4,
    weights && weights + start * 4,
    dNats && dNats + start * 4,
    end - start,
    columns,
  );
};

/**
 * The softmax layer with its loss, in blocks of rows: product, softmax, and, where `dHidden` is not 0, the
 * gradients while the block's probabilities are still in the cache. Logits are never whole.
 *
 * A thread makes the probabilities of its rows of a block and the columns of dWeights that it owns.
 * `dNats` is 0 for a gradient of all ones.
 */
export const projectedCrossEntropy: Program = (thread, values) => {
  const [
    rows,
    units,
    classes,
    blockRows,
    hidden,
    weights,
    bias,
    labels,
    rowWeights,
    nats,
    block,
    dNats,
    dHidden,
    dWeights,
    dBias,
  ] = unpack(values, 15);
  const { kernels, float32 } = thread;
  const [firstClass, lastClass] = ownRange(thread, classes, 16);
  if (dHidden !== 0) float32.fill(0, (dBias >>> 2) + firstClass, (dBias >>> 2) + lastClass);
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from);
    const [start, end] = ownRange(thread, count);
    const own = end - start;
    const row = from + start;
    const logits = block + start * classes * 4;
    if (own > 0) {
      const hiddenRows = hidden + row * units * 4;
      const ownWeights = rowWeights && rowWeights + row * 4;
      thread.product(
        false,
        false,
        own,
        classes,
        units,
        hiddenRows,
        units,
        weights,
        classes,
        false,
        logits,
        classes,
      );
      kernels.softmaxRows(logits, bias, labels + row * 4, ownWeights, nats + row * 4, own, classes);
      if (dHidden !== 0) {
        kernels.softmaxGradientRows(
          logits,
          labels + row * 4,
          ownWeights,
          dNats && dNats + row * 4,
          own,
          classes,
        );
        thread.product(
          false,
          true,
          own,
          units,
          classes,
          logits,
          classes,
          weights,
          classes,
          false,
          dHidden + row * units * 4,
          units,
        );
      }
    }
    thread.barrier();
    // The next block may be cut elsewhere between the threads: nobody starts it before all are here.
    if (dHidden === 0) continue;
    if (lastClass > firstClass) {
      thread.product(
        true,
        false,
        units,
        lastClass - firstClass,
        count,
        hidden + from * units * 4,
        units,
        block + firstClass * 4,
        classes,
        from > 0,
        dWeights + firstClass * 4,
        classes,
      );
      kernels.addRows(block, dBias, count, classes, firstClass, lastClass);
    }
    thread.barrier();
  }
};
