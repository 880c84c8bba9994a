import { ownRange, type Thread } from '../threads/thread';
import { operations } from './elementwise';
import type { Given, Room, Tile } from './softmaxRoom';

/** Some rows of the softmax layer. */
export interface Block {
  readonly from: number;
  readonly count: number;
}

/** What a thread computes of a block, before and after all threads have met. */
export interface BlockWork {
  /** The exponentials below the maxima of their tile, with each tile's maxima and totals, and the labels' logits. */
  makeExponentials(block: Block): void;
  /** The thread's share of the block's dHidden, and what the block adds to dWeights and dBias. */
  makeGradients(block: Block): void;
}

/** Calls back for each row whose label is one of the tile's, with the label's place among the tile's columns. */
export function forLabels(
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

/** Keeps the logit of each label that is one of the tile's, whose products lie at `z`. */
export function keepLabelLogits(
  thread: Thread,
  given: Given,
  room: Room,
  tile: Tile,
  block: Block,
  z: number,
): void {
  const { float32 } = thread;
  const { bias, chosen } = room;
  const { column, columns } = tile;
  forLabels(thread, given, room, tile, block, (row, place) => {
    const logit = float32[(z >>> 2) + (row - block.from) * columns + place] as number;
    float32[(chosen >>> 2) + row] = logit + (float32[(bias >>> 2) + column + place] as number);
  });
}

/** Tiles that another thread has more: they count for nothing. */
export function forgetMissingTiles(
  { part, parts, float32 }: Thread,
  { rows }: Given,
  { maxima, totals, tiles, allTiles }: Room,
  { from, count }: Block,
): void {
  const end = ((part + 1) * allTiles) / parts;
  for (let index = (part * allTiles) / parts + tiles.length; index < end; index++) {
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
export function rowGradient(thread: Thread, given: Given, row: number): number {
  if (!isReal(thread, given, row)) return 0;
  return given.dNats === 0 ? 1 : (thread.float32[(given.dNats >>> 2) + row] as number);
}

/** Puts the tiles of all threads together: writes the rows' nats, and leaves their factors. */
export function finishRows(thread: Thread, given: Given, room: Room, { from, count }: Block): void {
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

/** Adds the threads' shares of dHidden on the thread's rows. */
export function sumHiddenGradients(thread: Thread, given: Given, { partials }: Room): void {
  const { rows, units, dHidden } = given;
  const [start, end] = ownRange(thread, rows);
  const own = dHidden + start * units * 4;
  for (let other = 1; other < thread.parts; other++) {
    const theirs = partials + (other * rows + start) * units * 4;
    thread.kernels.binary(operations.Add, own, theirs, own, (end - start) * units);
  }
}
