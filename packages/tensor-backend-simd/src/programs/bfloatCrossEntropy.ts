import { ownRange, type Product, type Thread } from '../threads/thread';
import { clear } from './clear';
import { halvesOf, type Given, type Room } from './softmaxRoom';
import { forLabels, keepLabelLogits, rowGradient, type Block, type BlockWork } from './softmaxRows';

/**
 * The softmax layer where products are of bfloat16. Such products take less time than memory does, so what they read is
 * kept as bfloat16: the block's hidden states, the thread's weights, and its exponentials, which become the gradients of
 * the logits in place. Only the logits of a tile are float32. Both products of the gradients run over all columns of
 * the thread at once.
 */
export function bfloatBlocks(
  thread: Thread,
  given: Given,
  room: Room,
  multiply: Product,
): BlockWork {
  const { rows, units, classes, blockRows, tileColumns, block: logits } = given;
  const { kernels, float32, part } = thread;
  const { columns, tiles, bias, dBias, maxima, totals, largest, factors, tileFactors } = room;
  const { hidden, weights, exponentials } = halvesOf(given, room);
  const z = logits + part * blockRows * tileColumns * 4;
  if (columns > 0) kernels.toBfloat(room.weights, classes, units, columns, weights, columns);

  const convertHidden = ({ from, count }: Block): void => {
    // The others may still read what the block before has left.
    if (from > 0) thread.barrier();
    const [start, end] = ownRange(thread, count);
    kernels.toBfloat(
      ...([given.hidden + (from + start) * units * 4, units, end - start, units] as const),
      ...([hidden + start * units * 2, units] as const),
    );
    thread.barrier();
  };

  return {
    makeExponentials(block) {
      const { from, count } = block;
      convertHidden(block);
      for (const tile of tiles) {
        const { index, column, columns: wide } = tile;
        multiply(
          ...([false, false, count, wide, units, hidden, units] as const),
          ...([weights + column * 2, columns, false, z, wide] as const),
        );
        keepLabelLogits(thread, given, room, tile, block, z);
        const at = (index * rows + from) * 4;
        kernels.tileExponentials(z, bias + column * 4, maxima + at, totals + at, count, wide);
        kernels.toBfloat(z, wide, count, wide, exponentials + column * 2, columns);
      }
    },
    makeGradients(block) {
      const { from, count } = block;
      const dHidden = room.dHidden + from * units * 4;
      if (columns === 0) {
        clear(thread, dHidden, count * units);
        return;
      }
      for (const tile of tiles) {
        const { index, column, columns: wide } = tile;
        const at = exponentials + column * 2;
        const ofTile = dBias + column * 4;
        kernels.tileFactors(
          ...([maxima + (index * rows + from) * 4, largest + from * 4] as const),
          ...([factors + from * 4, tileFactors, count] as const),
        );
        kernels.scaleBfloatAndSum(at, columns, tileFactors, ofTile, count, wide);
        forLabels(thread, given, room, tile, block, (row, place) => {
          const dNat = rowGradient(thread, given, row);
          float32[(ofTile >>> 2) + place] = (float32[(ofTile >>> 2) + place] as number) - dNat;
          subtract(at + ((row - from) * columns + place) * 2, dNat);
        });
      }
      multiply(
        ...([false, true, count, units, columns, exponentials, columns] as const),
        ...([weights, columns, false, dHidden, units] as const),
      );
      multiply(
        ...([true, false, units, columns, count, hidden, units, exponentials, columns] as const),
        ...([from > 0, room.dWeights, classes] as const),
      );
    },
  };

  /** Of one bfloat16 number. */
  function subtract(at: number, value: number): void {
    const halves = new Uint16Array(float32.buffer, at, 1);
    const wide = tileFactors >>> 2;
    thread.int32[wide] = (halves[0] as number) << 16;
    float32[wide] = (float32[wide] as number) - value;
    kernels.toBfloat(tileFactors, 1, 1, 1, at, 1);
  }
}
