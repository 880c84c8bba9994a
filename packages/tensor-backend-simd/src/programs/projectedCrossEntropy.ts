import { program } from '../threads/program';
import type { Thread } from '../threads/thread';
import { bfloatBlocks } from './bfloatCrossEntropy';
import { clear } from './clear';
import { logitsOf, names, roomOf, type Given, type Room, type Tile } from './softmaxRoom';
import {
  finishRows,
  forgetMissingTiles,
  forLabels,
  keepLabelLogits,
  rowGradient,
  sumHiddenGradients,
  type Block,
  type BlockWork,
} from './softmaxRows';

/**
 * The softmax layer with its loss, in blocks of rows: product, softmax, and, where `dHidden` is not 0, the
 * gradients. Logits are never whole.
 *
 * A thread owns a range of classes: its columns of the logits, of dWeights and of dBias, and its share of every
 * row's sums, so that it reads only its own columns of the weights. It walks through its columns in tiles that stay in
 * its cache, twice: first the logits become exponentials below the largest logit of the tile's row; when all threads have met,
 * each tile's exponentials are scaled to the gradient of the logits, and meet both of its products.
 *
 * `dNats` is 0 for a gradient of all ones, `lengths` where no row is padding.
 */
export const projectedCrossEntropy = program(names, (thread, given) => {
  const { rows, blockRows } = given;
  const room = roomOf(thread, given);
  const hasGradients = given.dHidden !== 0;
  if (hasGradients) clear(thread, room.dBias, room.columns);
  const work = workOf(thread, given, room);
  for (let from = 0; from < rows; from += blockRows) {
    const block = { from, count: Math.min(blockRows, rows - from) };
    work.makeExponentials(block);
    forgetMissingTiles(thread, given, room, block);
    thread.barrier();
    finishRows(thread, given, room, block);
    if (hasGradients) work.makeGradients(block);
  }
  if (!hasGradients) return;
  thread.barrier();
  sumHiddenGradients(thread, given, room);
});

function workOf(thread: Thread, given: Given, room: Room): BlockWork {
  if (thread.bfloatProduct !== undefined) {
    return bfloatBlocks(thread, given, room, thread.bfloatProduct);
  }
  const products = tileProducts(thread, given, room);
  return {
    makeExponentials: (block) => makeExponentials(thread, given, room, block, products),
    makeGradients: (block) => makeGradients(thread, given, room, block, products),
  };
}

/** The products of a tile, with rows of the hidden states or of the logits' gradient. */
interface TileProducts {
  /** z = h·W */
  logits(tile: Tile, hidden: number, z: number, count: number): void;
  /** dh += g·Wᵀ, for the thread's first tile dh = g·Wᵀ */
  hidden(tile: Tile, g: number, dHidden: number, count: number): void;
}

function tileProducts(
  thread: Thread,
  given: Given,
  { weights, columns, tiles }: Room,
): TileProducts {
  const { units, classes, blockRows } = given;
  if (tiles.length === 1) {
    // One copy of the weights in the order, or the precision, of the library serves all blocks.
    const common = {
      ...{ m: blockRows, blocks: [{ b: weights, out: 0 }], ldb: classes },
      ...{ accumulate: false, room: 0 },
    };
    const forward = thread.stepProduct({ transposeB: false, n: columns, k: units, ...common });
    const backward =
      given.dHidden === 0
        ? undefined
        : thread.stepProduct({ transposeB: true, n: units, k: columns, ...common });
    return {
      logits: (_, hidden, z, count) => forward(hidden, units, z, columns, count),
      hidden: (_, g, dHidden, count) => backward?.(g, columns, dHidden, units, count),
    };
  }
  return {
    logits(tile, hidden, z, count) {
      thread.product(
        ...([false, false, count, tile.columns, units, hidden, units] as const),
        ...([weights + tile.column * 4, classes, false, z, tile.columns] as const),
      );
    },
    hidden(tile, g, dHidden, count) {
      thread.product(
        ...([false, true, count, units, tile.columns, g, tile.columns] as const),
        ...([weights + tile.column * 4, classes, tile.column > 0, dHidden, units] as const),
      );
    },
  };
}

/** The block's exponentials, each tile's below its own maxima, and each label's logit where it is one of the thread's. */
function makeExponentials(
  thread: Thread,
  given: Given,
  room: Room,
  block: Block,
  products: TileProducts,
): void {
  const { rows, units, hidden } = given;
  const { kernels } = thread;
  const { bias, maxima, totals, tiles } = room;
  const { from, count } = block;
  for (const tile of tiles) {
    const { index, column, columns } = tile;
    const z = logitsOf(given, room, tile);
    products.logits(tile, hidden + from * units * 4, z, count);
    keepLabelLogits(thread, given, room, tile, block, z);
    const at = (index * rows + from) * 4;
    kernels.tileExponentials(z, bias + column * 4, maxima + at, totals + at, count, columns);
  }
}

/** The thread's share of the block's dHidden, and what the block adds to dWeights and dBias. */
function makeGradients(
  thread: Thread,
  given: Given,
  room: Room,
  block: Block,
  products: TileProducts,
): void {
  const { rows, units, classes } = given;
  const { kernels, float32 } = thread;
  const { from, count } = block;
  const { tiles, maxima, largest, factors, tileFactors, dWeights } = room;
  const hidden = given.hidden + from * units * 4;
  const dHidden = room.dHidden + from * units * 4;
  if (tiles.length === 0) clear(thread, dHidden, count * units);
  for (const tile of tiles) {
    const { index, column, columns } = tile;
    const g = logitsOf(given, room, tile);
    const dBias = room.dBias + column * 4;
    kernels.tileFactors(
      ...([maxima + (index * rows + from) * 4, largest + from * 4] as const),
      ...([factors + from * 4, tileFactors, count] as const),
    );
    kernels.scaleAndSum(g, tileFactors, dBias, count, columns);
    forLabels(thread, given, room, tile, block, (row, place) => {
      const dNat = rowGradient(thread, given, row);
      for (const at of [(g >>> 2) + (row - from) * columns + place, (dBias >>> 2) + place]) {
        float32[at] = (float32[at] as number) - dNat;
      }
    });
    products.hidden(tile, g, dHidden, count);
    thread.product(
      ...([true, false, units, columns, count, hidden, units, g, columns] as const),
      ...([from > 0, dWeights + column * 4, classes] as const),
    );
  }
}
