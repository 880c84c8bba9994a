import { program } from '../threads/program';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';
import { operations } from './elementwise';
import { logitsOf, names, roomOf, type Given, type Room, type Tile } from './softmaxRoom';

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
  const products = tileProducts(thread, given, room);
  for (let from = 0; from < rows; from += blockRows) {
    const block = { from, count: Math.min(blockRows, rows - from) };
    makeExponentials(thread, given, room, block, products);
    thread.barrier();
    finishRows(thread, given, room, block);
    if (hasGradients) makeGradients(thread, given, room, block, products);
  }
  if (!hasGradients) return;
  thread.barrier();
  sumHiddenGradients(thread, given, room);
});

interface Block {
  readonly from: number;
  readonly count: number;
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

/** Calls back for each row whose label is one of the tile's, with the label's place among the tile's columns. */
function forLabels(
  { int32 }: Thread,
  { labels }: Given,
  { first }: Room,
  { column, columns }: Tile,
  { from, count }: Block,
  call: (row: number, place: number) => void,
): void {
  for (let row = from; row < from + count; row++) {
    const place = (int32[(labels >>> 2) + row] as number) - first - column;
    if (place >= 0 && place < columns) call(row, place);
  }
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
  const { kernels, float32, part } = thread;
  const { bias, maxima, totals, chosen, tiles, allTiles } = room;
  const { from, count } = block;
  for (const tile of tiles) {
    const { index, column, columns } = tile;
    const z = logitsOf(given, room, tile);
    products.logits(tile, hidden + from * units * 4, z, count);
    forLabels(thread, given, room, tile, block, (row, place) => {
      const logit = float32[(z >>> 2) + (row - from) * columns + place] as number;
      float32[(chosen >>> 2) + row] = logit + (float32[(bias >>> 2) + column + place] as number);
    });
    const at = (index * rows + from) * 4;
    kernels.tileExponentials(z, bias + column * 4, maxima + at, totals + at, count, columns);
  }
  // Tiles that another thread has more: they count for nothing.
  const end = ((part + 1) * allTiles) / thread.parts;
  for (let index = (part * allTiles) / thread.parts + tiles.length; index < end; index++) {
    const at = index * rows + from;
    float32.fill(-Infinity, (maxima >>> 2) + at, (maxima >>> 2) + at + count);
    float32.fill(0, (totals >>> 2) + at, (totals >>> 2) + at + count);
  }
}

/** Whether a row is no padding. */
function isReal({ int32 }: Thread, { batch, lengths }: Given, row: number): boolean {
  if (lengths === 0) return true;
  return Math.floor(row / batch) < (int32[(lengths >>> 2) + (row % batch)] as number);
}

/** The gradient of a row's nats; 0 where it is padding. */
function rowGradient(thread: Thread, given: Given, row: number): number {
  if (!isReal(thread, given, row)) return 0;
  return given.dNats === 0 ? 1 : (thread.float32[(given.dNats >>> 2) + row] as number);
}

/** Puts the tiles of all threads together: writes the rows' nats, and leaves their factors. */
function finishRows(thread: Thread, given: Given, room: Room, { from, count }: Block): void {
  const { rows, nats } = given;
  const { maxima, totals, largest, sums, factors, chosen, allTiles } = room;
  const { kernels, float32, part } = thread;
  const at = from * 4;
  kernels.joinTiles(
    ...([maxima + at, totals + at, allTiles, rows, largest + at, sums + at, count] as const),
  );
  for (let row = from; row < from + count; row++) {
    const total = float32[(sums >>> 2) + row] as number;
    float32[(factors >>> 2) + row] = rowGradient(thread, given, row) / total;
    if (part !== 0) continue;
    const below =
      (float32[(largest >>> 2) + row] as number) - (float32[(chosen >>> 2) + row] as number);
    float32[(nats >>> 2) + row] = isReal(thread, given, row) ? Math.log(total) + below : 0;
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

/** Adds the threads' shares of dHidden on the thread's rows. */
function sumHiddenGradients(thread: Thread, given: Given, { partials }: Room): void {
  const { rows, units, dHidden } = given;
  const [start, end] = ownRange(thread, rows);
  const own = dHidden + start * units * 4;
  for (let other = 1; other < thread.parts; other++) {
    const theirs = partials + (other * rows + start) * units * 4;
    thread.kernels.binary(operations.Add, own, theirs, own, (end - start) * units);
  }
}
