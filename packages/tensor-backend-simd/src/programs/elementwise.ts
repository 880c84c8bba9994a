import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';

/** out = a ∘ b: equal sizes (mode 0), b one row of `columns` (1), b one number (2). */
export const binary: Program = (thread, values) => {
  const [operation, mode, a, b, out, count, columns] = unpack(values, 7);
  const { kernels, float32 } = thread;
  if (mode === 1) {
    const [start, end] = ownRange(thread, count / columns);
    const at = start * columns * 4;
    kernels.binaryRows(operation, a + at, b, out + at, end - start, columns);
    return;
  }
  const [start, end] = ownRange(thread, count, 16);
  const at = start * 4;
  if (mode === 0) kernels.binary(operation, a + at, b + at, out + at, end - start);
  else kernels.binaryScalar(operation, a + at, float32[b >>> 2] as number, out + at, end - start);
};

/** out = sigmoid(x) or tanh(x). */
export const unary: Program = (thread, values) => {
  const [operation, x, out, count] = unpack(values, 4);
  const [start, end] = ownRange(thread, count, 16);
  thread.kernels.unary(operation, x + start * 4, out + start * 4, end - start);
};

/** out[column] = Σ x[row, column]; a thread owns a range of columns. */
export const sumRows: Program = (thread, values) => {
  const [x, out, rows, columns] = unpack(values, 4);
  const [start, end] = ownRange(thread, columns, 16);
  thread.float32.fill(0, (out >>> 2) + start, (out >>> 2) + end);
  thread.kernels.addRows(x, 0, out, rows, columns, start, end);
};

/** Inverted dropout, the bits of core's `dropoutMask`. */
export const dropout: Program = (thread, values) => {
  const [x, out, count, key0, key1, step, threshold, kept] = unpack(values, 8);
  const [start, end] = ownRange(thread, count, 16);
  thread.kernels.dropout(x, out, start, end, key0, key1, step, threshold, kept);
};

/** rows[n] = table[ids[n]] */
export const embedding: Program = (thread, values) => {
  const [count, width, table, ids, rows] = unpack(values, 5);
  const { float32, int32 } = thread;
  const [start, end] = ownRange(thread, count);
  for (let n = start; n < end; n++) {
    const from = (table >>> 2) + (int32[(ids >>> 2) + n] as number) * width;
    float32.copyWithin((rows >>> 2) + n * width, from, from + width);
  }
};

/** rows = 0, then rows[slots[n]] += dy[n]; a thread owns a range of columns. */
export const sumByRow: Program = (thread, values) => {
  const [count, width, rowCount, slots, dy, rows] = unpack(values, 6);
  const { float32, int32, kernels } = thread;
  const [first, last] = ownRange(thread, rowCount);
  float32.fill(0, (rows >>> 2) + first * width, (rows >>> 2) + last * width);
  thread.barrier();
  const [start, end] = ownRange(thread, width, 16);
  for (let n = 0; n < count; n++) {
    const from = dy + (n * width + start) * 4;
    const to = rows + ((int32[(slots >>> 2) + n] as number) * width + start) * 4;
    kernels.binary(0, to, from, to, end - start);
  }
};

/** table = 0, then table[ids[u]] = rows[u], the ids distinct. */
export const scatterRows: Program = (thread, values) => {
  const [count, width, types, ids, rows, table] = unpack(values, 6);
  const { float32, int32 } = thread;
  const [first, last] = ownRange(thread, types);
  float32.fill(0, (table >>> 2) + first * width, (table >>> 2) + last * width);
  thread.barrier();
  const [start, end] = ownRange(thread, count);
  for (let u = start; u < end; u++) {
    const from = (rows >>> 2) + u * width;
    const to = (table >>> 2) + (int32[(ids >>> 2) + u] as number) * width;
    float32.copyWithin(to, from, from + width);
  }
};
