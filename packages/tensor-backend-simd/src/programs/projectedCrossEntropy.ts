import type { Arguments } from '../threads/arguments';
import { program } from '../threads/program';
import { ownRange, type StepProduct, type Thread } from '../threads/thread';
import { clear } from './clear';
import { operations } from './elementwise';

const names = [
  'rows units classes blockRows batch',
  'hidden weights bias labels lengths',
  'nats block scratch dNats dHidden dWeights dBias',
] as const;

type Given = Arguments<typeof names>;

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
 * exchanged. The exponentials e stay as they are: with factor = weight · dNats / Σe, where the weight of padding is 0, the gradient of the logits
 * is factor · (e - Σe · 1[label]), and both of its products scale their short side.
 *
 * `dNats` is 0 for a gradient of all ones, `lengths` where no row is padding.
 */
export const projectedCrossEntropy = program(names, (thread, given) => {
  const { rows, blockRows } = given;
  const room = roomOf(thread, given);
  const hasGradients = given.dHidden !== 0;
  if (hasGradients) clear(thread, room.dBias, room.columns);
  const products = weightProducts(thread, given, room);
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from);
    const block = { from, count, ...products };
    makeLogits(thread, given, room, block);
    makeExponentials(thread, given, room, block);
    finishRows(thread, given, room, block);
    if (hasGradients) makeGradients(thread, given, room, block);
  }
  if (!hasGradients) return;
  thread.barrier();
  sumHiddenGradients(thread, given, room);
});

/** The products with the thread's columns of the weights W, whose blocks may have fewer rows than the largest. */
interface WeightProducts {
  /** x·W */
  readonly timesWeights: StepProduct;
  /** x·Wᵀ */
  readonly timesTransposed: StepProduct;
}

interface Block extends WeightProducts {
  readonly from: number;
  readonly count: number;
}

function weightProducts(thread: Thread, given: Given, { weights, columns }: Room): WeightProducts {
  const { units, classes, blockRows } = given;
  const idle = (): void => undefined;
  if (columns === 0) return { timesWeights: idle, timesTransposed: idle };
  const common = {
    ...{ m: blockRows, blocks: [{ b: weights, out: 0 }], ldb: classes },
    ...{ accumulate: false, room: 0 },
  };
  return {
    timesWeights: thread.stepProduct({ transposeB: false, n: columns, k: units, ...common }),
    timesTransposed:
      given.dHidden === 0
        ? idle
        : thread.stepProduct({ transposeB: true, n: units, k: columns, ...common }),
  };
}

/** Where a thread finds its columns and its part of the scratch, as byte offsets. */
interface Room {
  /** The thread's range of classes. */
  readonly first: number;
  readonly columns: number;
  /** Its columns of the block [blockRows, columns], of the weights and of their gradients. */
  readonly logits: number;
  readonly weights: number;
  readonly bias: number;
  readonly dWeights: number;
  readonly dBias: number;
  /** Of each row over each thread's classes, [parts, rows]: the largest logit, the sum of the exponentials. */
  readonly maxima: number;
  readonly totals: number;
  /** First the largest logit of each row, then what its gradient is scaled by; the thread's own [rows]. */
  readonly factors: number;
  /** The logit of each row's label, [rows]; written by the thread that has it. */
  readonly chosen: number;
  /** The thread's own [blockRows, units]. */
  readonly scaled: number;
  /** Each thread's share of dHidden, [parts, rows, units]; that of part 0 lies in dHidden itself. */
  readonly partials: number;
  readonly dHidden: number;
}

function roomOf(thread: Thread, given: Given): Room {
  const { rows, units, classes, blockRows, weights, bias, block, scratch } = given;
  const { part, parts } = thread;
  const [first, last] = ownRange(thread, classes, 16);
  const totals = scratch + parts * rows * 4;
  const factors = totals + parts * rows * 4;
  const chosen = factors + parts * rows * 4;
  const scaled = chosen + rows * 4;
  const partials = scaled + parts * blockRows * units * 4;
  return {
    first,
    columns: last - first,
    logits: block + first * blockRows * 4,
    weights: weights + first * 4,
    bias: bias + first * 4,
    dWeights: given.dWeights + first * 4,
    dBias: given.dBias + first * 4,
    maxima: scratch,
    totals,
    factors: factors + part * rows * 4,
    chosen,
    scaled: scaled + part * blockRows * units * 4,
    partials,
    dHidden: part === 0 ? given.dHidden : partials + part * rows * units * 4,
  };
}

/** h·W of the block's rows, and each label's logit, with the bias, where the label is one of the thread's. */
function makeLogits(
  thread: Thread,
  given: Given,
  room: Room,
  { from, count, timesWeights }: Block,
): void {
  const { units, hidden } = given;
  const { first, columns, logits, bias, chosen } = room;
  if (columns === 0) return;
  const { float32, int32 } = thread;
  const h = hidden + from * units * 4;
  timesWeights(h, units, logits, columns, count);
  for (let row = from; row < from + count; row++) {
    const label = (int32[(given.labels >>> 2) + row] as number) - first;
    if (label < 0 || label >= columns) continue;
    const z = float32[(logits >>> 2) + (row - from) * columns + label] as number;
    float32[(chosen >>> 2) + row] = z + (float32[(bias >>> 2) + label] as number);
  }
}

/** Exchanges the rows' largest logits, then turns logits into e to the power of what they are below it. */
function makeExponentials(
  thread: Thread,
  { rows }: Given,
  { columns, logits, bias, maxima, totals, factors }: Room,
  { from, count }: Block,
): void {
  const { kernels, float32, part } = thread;
  const ownMaxima = maxima + (part * rows + from) * 4;
  const ownTotals = totals + (part * rows + from) * 4;
  kernels.rowMaxima(logits, bias, ownMaxima, count, columns);
  thread.barrier();
  for (let row = from; row < from + count; row++) {
    float32[(factors >>> 2) + row] = over(thread, maxima, rows, row, Math.max);
  }
  kernels.rowExponentials(logits, bias, factors + from * 4, ownTotals, count, columns);
  thread.barrier();
}

/** Exchanges the rows' sums Σe: writes their nats, takes Σe off the label's exponential, and leaves their factors. */
function finishRows(thread: Thread, given: Given, room: Room, { from, count }: Block): void {
  const { rows, labels, batch, lengths, nats, dNats } = given;
  const { first, columns, logits, totals, factors, chosen } = room;
  const { float32, int32, part } = thread;
  for (let row = from; row < from + count; row++) {
    const total = over(thread, totals, rows, row, plus);
    const length = lengths === 0 ? Infinity : (int32[(lengths >>> 2) + (row % batch)] as number);
    const weight = Math.floor(row / batch) < length ? 1 : 0;
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
}

/** The thread's share of the block's dHidden, still without factors, and what the block adds to dWeights and dBias. */
function makeGradients(
  thread: Thread,
  given: Given,
  room: Room,
  { from, count, timesTransposed }: Block,
): void {
  const { units, classes } = given;
  const { columns, logits, scaled, dWeights, dBias } = room;
  const dHidden = room.dHidden + from * units * 4;
  if (columns === 0) {
    clear(thread, dHidden, count * units);
    return;
  }
  const { kernels } = thread;
  const hidden = given.hidden + from * units * 4;
  const factors = room.factors + from * 4;
  timesTransposed(logits, columns, dHidden, units, count);
  kernels.scaleRows(hidden, factors, scaled, count, units);
  thread.product(
    ...([true, false, units, columns, count] as const),
    ...([scaled, units, logits, columns, from > 0, dWeights, classes] as const),
  );
  kernels.addRows(logits, factors, dBias, count, columns, 0, columns);
}

/** Adds the threads' shares of dHidden on the thread's rows, and scales them by the rows' factors. */
function sumHiddenGradients(thread: Thread, given: Given, { partials, factors }: Room): void {
  const { rows, units, dHidden } = given;
  const { kernels } = thread;
  const [start, end] = ownRange(thread, rows);
  const own = dHidden + start * units * 4;
  const size = (end - start) * units;
  for (let other = 1; other < thread.parts; other++) {
    const theirs = partials + (other * rows + start) * units * 4;
    kernels.binary(operations.Add, own, theirs, own, size);
  }
  kernels.scaleRows(own, factors + start * 4, own, end - start, units);
}

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
