import { program } from '../threads/program';
import { ownRange } from '../threads/thread';

/** Copies `rows` rows of `width` numbers between arrays whose rows lie `fromStride` and `toStride` numbers apart. */
export const copyRows = program(
  ['rows width from fromStride to toStride'],
  (thread, { rows, width, from, fromStride, to, toStride }) => {
    const [start, end] = ownRange(thread, rows);
    for (let row = start; row < end; row++) {
      const source = (from >>> 2) + row * fromStride;
      thread.float32.copyWithin((to >>> 2) + row * toStride, source, source + width);
    }
  },
);
