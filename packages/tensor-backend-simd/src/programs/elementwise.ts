import { program } from '../threads/program';
import { ownRange } from '../threads/thread';
import { clear } from './clear';

/** What the kernel `binary` computes, under the names of tfjs's kernels. */
export const operations = {
  ...{ Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 },
  ...{ Maximum: 4, Minimum: 5 },
} as const;

/** How the `b` of a `binary` meets `a`: number by number, one row for every row, one number for all. */
export const modes = { elements: 0, row: 1, number: 2 } as const;

/** out = a ∘ b; `operation` is one of `operations`, `mode` one of `modes`, `columns` the length of b's row. */
export const binary = program(
  ['operation mode a b out count columns'],
  (thread, { operation, mode, a, b, out, count, columns }) => {
    const { kernels, float32 } = thread;
    if (mode === modes.row) {
      const [start, end] = ownRange(thread, count / columns);
      const at = start * columns * 4;
      kernels.binaryRows(operation, a + at, b, out + at, end - start, columns);
      return;
    }
    const [start, end] = ownRange(thread, count, 16);
    const at = start * 4;
    if (mode === modes.elements) kernels.binary(operation, a + at, b + at, out + at, end - start);
    else kernels.binaryScalar(operation, a + at, float32[b >>> 2] as number, out + at, end - start);
  },
);

/** out = sigmoid(x) or tanh(x). */
export const unary = program(['operation x out count'], (thread, { operation, x, out, count }) => {
  const [start, end] = ownRange(thread, count, 16);
  thread.kernels.unary(operation, x + start * 4, out + start * 4, end - start);
});

/** out[column] = Σ x[row, column]; a thread owns a range of columns. */
export const sumRows = program(['x out rows columns'], (thread, { x, out, rows, columns }) => {
  const [start, end] = ownRange(thread, columns, 16);
  clear(thread, out + start * 4, end - start);
  thread.kernels.addRows(x, out, rows, columns, start, end);
});

/**
 * Inverted dropout, the bits of core's `dropoutMask`: 0 where its word is below `threshold`, `kept` · x elsewhere. The
 * elements are `rows` runs of `width`, whose places in the whole batch are `stride` apart, from `first` on.
 */
export const dropout = program(
  ['x out rows width stride first key0 key1 step threshold kept'],
  (thread, { x, out, rows, width, stride, first, key0, key1, step, threshold, kept }) => {
    const [start, end] = ownRange(thread, rows * width, 16);
    for (let at = start; at < end;) {
      const row = Math.floor(at / width);
      const stop = Math.min(end, (row + 1) * width);
      // Elements are named by their place in the whole batch: addresses move back by what lies before them there.
      const place = first + row * stride - row * width;
      const [from, to] = [x - place * 4, out - place * 4];
      thread.kernels.dropout(from, to, place + at, place + stop, key0, key1, step, threshold, kept);
      at = stop;
    }
  },
);

/** rows[n] = table[ids[n]] */
export const embedding = program(
  ['count width table ids rows'],
  (thread, { count, width, table, ids, rows }) => {
    const { float32, int32 } = thread;
    const [start, end] = ownRange(thread, count);
    for (let n = start; n < end; n++) {
      const from = (table >>> 2) + (int32[(ids >>> 2) + n] as number) * width;
      float32.copyWithin((rows >>> 2) + n * width, from, from + width);
    }
  },
);

/** rows = 0, then rows[slots[n]] += dy[n]; a thread owns a range of columns. */
export const sumByRow = program(
  ['count width rowCount slots dy rows'],
  (thread, { count, width, rowCount, slots, dy, rows }) => {
    const { int32, kernels } = thread;
    const [first, last] = ownRange(thread, rowCount);
    clear(thread, rows + first * width * 4, (last - first) * width);
    thread.barrier();
    const [start, end] = ownRange(thread, width, 16);
    for (let n = 0; n < count; n++) {
      const from = dy + (n * width + start) * 4;
      const to = rows + ((int32[(slots >>> 2) + n] as number) * width + start) * 4;
      kernels.binary(operations.Add, to, from, to, end - start);
    }
  },
);

/** table = 0, then table[ids[u]] = rows[u], the ids distinct. */
export const scatterRows = program(
  ['count width types ids rows table'],
  (thread, { count, width, types, ids, rows, table }) => {
    const { float32, int32 } = thread;
    const [first, last] = ownRange(thread, types);
    clear(thread, table + first * width * 4, (last - first) * width);
    thread.barrier();
    const [start, end] = ownRange(thread, count);
    for (let u = start; u < end; u++) {
      const from = (rows >>> 2) + u * width;
      const to = (table >>> 2) + (int32[(ids >>> 2) + u] as number) * width;
      float32.copyWithin(to, from, from + width);
    }
  },
);
