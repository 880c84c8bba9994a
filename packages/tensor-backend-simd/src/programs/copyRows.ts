import { ownRange, type Program } from '../threads/thread';
import { unpack } from '../threads/unpack';

/** Copies `rows` rows of `width` numbers between arrays whose rows lie `fromStride` and `toStride` numbers apart. */
export const copyRows: Program = (thread, values) => {
  const [rows, width, from, fromStride, to, toStride] = unpack(values, 6);
  const [start, end] = ownRange(thread, rows);
  for (let row = start; row < end; row++) {
    const source = (from >>> 2) + row * fromStride;
    thread.float32.copyWithin((to >>> 2) + row * toStride, source, source + width);
  }
};
