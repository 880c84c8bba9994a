import { program } from '../threads/program';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';
import { operations } from './elementwise';

/** Float32 numbers of scratch that the program below needs beside its block. */
export function scratchLength(
  parts: number,
  rows: number,
  units: number,
  blockRows: number,
): number {
  return parts * (rows * (3 + units) + blockRows * units) + rows;
}

/**
 * The softmax layer with its loss, in blocks of rows: product, softmax, and, where `dHidden` is not 0, the
 * gradients while the block's exponentials are still in the cache. Logits are never whole.
 *
 * A thread owns a range of classes: its columns of the logits, of dWeights and of dBias, and its share of every
 * row's sums, so that it reads only its own columns of the weights. Maxima and sums of the rows are
 * exchanged. The exponentials e stay as they are: with factor = weight · dNats / Σe, the gradient of the logits
 * is factor · (e - Σe · 1[label]), and both of its products scale their short side.
 *
 * `dNats` is 0 for a gradient of all ones, `rowWeights` for equal weights.
 */
export const projectedCrossEntropy = program(
  [
    'rows units classes blockRows',
    'hidden weights bias labels rowWeights',
    'nats block scratch dNats dHidden dWeights dBias',
  ],
  (thread, given) => {
    const { rows, units, classes, blockRows, hidden, weights, bias, labels, rowWeights } = given;
    const { nats, block, scratch, dNats, dHidden, dWeights, dBias } = given;
    const { kernels, float32, int32, part, parts } = thread;
    const [first, last] = ownRange(thread, classes, 16);
    const columns = last - first;
    const logits = block + first * blockRows * 4;
    const ownBias = bias + first * 4;
    const maxima = scratch;
    const totals = maxima + parts * rows * 4;
    const factors = totals + (parts + part) * rows * 4;
    const chosen = totals + 2 * parts * rows * 4;
    const scaled = chosen + (rows + part * blockRows * units) * 4;
    const partials = chosen + (rows + parts * blockRows * units) * 4;
    const dHiddenOwn = part === 0 ? dHidden : partials + part * rows * units * 4;
    if (dHidden !== 0) clear(thread, dBias + first * 4, columns);

    for (let from = 0; from < rows; from += blockRows) {
      const count = Math.min(blockRows, rows - from);
      const hiddenRows = hidden + from * units * 4;
      const ownMaxima = maxima + (part * rows + from) * 4;
      const ownTotals = totals + (part * rows + from) * 4;
      if (columns > 0) {
        thread.product(
          false,
          false,
          count,
          columns,
          units,
          hiddenRows,
          units,
          weights + first * 4,
          classes,
          false,
          logits,
          columns,
        );
        for (let row = from; row < from + count; row++) {
          const label = (int32[(labels >>> 2) + row] as number) - first;
          if (label < 0 || label >= columns) continue;
          const z = float32[(logits >>> 2) + (row - from) * columns + label] as number;
          float32[(chosen >>> 2) + row] = z + (float32[(ownBias >>> 2) + label] as number);
        }
      }
      kernels.rowMaxima(logits, ownBias, ownMaxima, count, columns);
      thread.barrier();
      for (let row = from; row < from + count; row++) {
        float32[(factors >>> 2) + row] = over(thread, maxima, rows, row, Math.max);
      }
      kernels.rowExponentials(logits, ownBias, factors + from * 4, ownTotals, count, columns);
      thread.barrier();
      for (let row = from; row < from + count; row++) {
        const total = over(thread, totals, rows, row, plus);
        const weight = rowWeights === 0 ? 1 : (float32[(rowWeights >>> 2) + row] as number);
        if (part === 0) {
          const below =
            (float32[(factors >>> 2) + row] as number) - (float32[(chosen >>> 2) + row] as number);
          float32[(nats >>> 2) + row] = weight * (Math.log(total) + below);
        }
        const label = (int32[(labels >>> 2) + row] as number) - first;
        if (label >= 0 && label < columns) {
          const at = (logits >>> 2) + (row - from) * columns + label;
          float32[at] = (float32[at] as number) - total;
        }
        const dNat = dNats === 0 ? 1 : (float32[(dNats >>> 2) + row] as number);
        float32[(factors >>> 2) + row] = (weight * dNat) / total;
      }
      if (dHidden === 0) continue;
      const ownFactors = factors + from * 4;
      const dHiddenRows = dHiddenOwn + from * units * 4;
      if (columns === 0) {
        clear(thread, dHiddenRows, count * units);
        continue;
      }
      thread.product(
        false,
        true,
        count,
        units,
        columns,
        logits,
        columns,
        weights + first * 4,
        classes,
        false,
        dHiddenRows,
        units,
      );
      kernels.scaleRows(hiddenRows, ownFactors, scaled, count, units);
      thread.product(
        true,
        false,
        units,
        columns,
        count,
        scaled,
        units,
        logits,
        columns,
        from > 0,
        dWeights + first * 4,
        classes,
      );
      kernels.addRows(logits, ownFactors, dBias + first * 4, count, columns, 0, columns);
    }
    if (dHidden === 0) return;
    thread.barrier();
    const [start, end] = ownRange(thread, rows);
    const own = dHidden + start * units * 4;
    const size = (end - start) * units;
    for (let other = 1; other < parts; other++) {
      const theirs = partials + (other * rows + start) * units * 4;
      kernels.binary(operations.Add, own, theirs, own, size);
    }
    kernels.scaleRows(own, factors + start * 4, own, end - start, units);
  },
);

const plus = (a: number, b: number): number => a + b;

/** One row's numbers of all threads, [parts, rows], put together. */
function over(
  { float32, parts }: Thread,
  numbers: number,
  rows: number,
  row: number,
  combine: (a: number, b: number) => number,
): number {
  let result = float32[(numbers >>> 2) + row] as number;
  for (let part = 1; part < parts; part++) {
    result = combine(result, float32[(numbers >>> 2) + part * rows + row] as number);
  }
  return result;
}
