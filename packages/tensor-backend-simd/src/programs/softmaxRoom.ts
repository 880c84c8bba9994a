import type { Arguments } from '../threads/arguments';
import { ownRange, type Thread } from '../threads/thread';

/** What the program of the softmax layer is given. */
export const names = [
  'rows units classes blockRows tileColumns batch',
  'hidden weights bias labels lengths',
  'nats block scratch halves dNats dHidden dWeights dBias',
] as const;

export type Given = Arguments<typeof names>;

/** Sizes of the program that its scratch depends on. */
type Sizes = Pick<Given, 'rows' | 'units' | 'classes' | 'blockRows' | 'tileColumns'>;

/** Float32 numbers of scratch that the program needs beside its block. */
export function scratchLength(parts: number, sizes: Sizes): number {
  const { rows, units, blockRows } = sizes;
  return parts * (rows * (2 * mostTiles(parts, sizes) + 3 + units) + blockRows) + rows;
}

/** Where a thread finds what is bfloat16 of the layer, as byte offsets. */
export interface Halves {
  /** Hidden states of the block [blockRows, units], of all threads. */
  readonly hidden: number;
  /** The thread's columns of the weights [units, columns]. */
  readonly weights: number;
  /** Its exponentials, and then the gradients of its logits [blockRows, columns]. */
  readonly exponentials: number;
}

/** Float32 numbers that the halves of all threads take. */
export function halvesLength({ units, classes, blockRows }: Sizes): number {
  return 16 + Math.ceil((blockRows * units + units * classes + blockRows * classes) / 2);
}

export function halvesOf({ units, classes, blockRows, halves }: Given, { first }: Room): Halves {
  const weights = halves + Math.ceil((blockRows * units) / 32) * 64;
  return {
    hidden: halves,
    weights: weights + first * units * 2,
    exponentials: weights + (units * classes + first * blockRows) * 2,
  };
}

/** The most tiles that a thread has. */
function mostTiles(parts: number, { classes, tileColumns }: Sizes): number {
  const mostColumns = Math.ceil(classes / 16 / parts) * 16;
  return Math.ceil(mostColumns / tileColumns);
}

/** Some of a thread's columns. */
export interface Tile {
  /** Counts over the tiles of all threads. */
  readonly index: number;
  /** Its first column, counted from the thread's first. */
  readonly column: number;
  readonly columns: number;
}

/** Where a thread finds its columns and its part of the scratch, as byte offsets. */
export interface Room {
  /** The thread's range of classes. */
  readonly first: number;
  readonly columns: number;
  readonly tiles: readonly Tile[];
  /** Tiles of all threads, each with as many as the one with the most. */
  readonly allTiles: number;
  /** Its columns of the block, a tile after the other, of the weights and of their gradients. */
  readonly logits: number;
  readonly weights: number;
  readonly bias: number;
  readonly dWeights: number;
  readonly dBias: number;
  /** Of each row of each tile, [allTiles, rows]: the largest logit, the sum of the exponentials below it. */
  readonly maxima: number;
  readonly totals: number;
  /** Of each row, the thread's own [rows]: its largest logit, the sum below it, the factor of its gradient. */
  readonly largest: number;
  readonly sums: number;
  readonly factors: number;
  /** What a tile's exponentials are scaled by, the thread's own [blockRows]. */
  readonly tileFactors: number;
  /** The logit of each row's label, [rows]; written by the thread that has it. */
  readonly chosen: number;
  /** Each thread's share of dHidden, [parts, rows, units]; that of part 0 lies in dHidden itself. */
  readonly partials: number;
  readonly dHidden: number;
}

export function roomOf(thread: Thread, given: Given): Room {
  const { rows, units, classes, blockRows, tileColumns, weights, bias, block, scratch } = given;
  const { part, parts } = thread;
  const [first, last] = ownRange(thread, classes, 16);
  const most = mostTiles(parts, given);
  const allTiles = parts * most;
  const tiles = Array.from({ length: Math.ceil((last - first) / tileColumns) }, (_, index) => ({
    index: part * most + index,
    column: index * tileColumns,
    columns: Math.min(tileColumns, last - first - index * tileColumns),
  }));
  const totals = scratch + allTiles * rows * 4;
  const own = totals + allTiles * rows * 4;
  const tileFactors = own + 3 * parts * rows * 4;
  const chosen = tileFactors + parts * blockRows * 4;
  const partials = chosen + rows * 4;
  return {
    ...{ first, columns: last - first, tiles, allTiles },
    logits: block + first * blockRows * 4,
    weights: weights + first * 4,
    bias: bias + first * 4,
    dWeights: given.dWeights + first * 4,
    dBias: given.dBias + first * 4,
    ...{ maxima: scratch, totals },
    largest: own + 3 * part * rows * 4,
    sums: own + (3 * part + 1) * rows * 4,
    factors: own + (3 * part + 2) * rows * 4,
    tileFactors: tileFactors + part * blockRows * 4,
    ...{ chosen, partials },
    dHidden: part === 0 ? given.dHidden : partials + part * rows * units * 4,
  };
}

/** The numbers of a tile in the block. */
export function logitsOf({ blockRows }: Given, { logits }: Room, { column }: Tile): number {
  return logits + column * blockRows * 4;
}
