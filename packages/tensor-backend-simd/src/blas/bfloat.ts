import type { Kernels } from '../threads/kernels';
import type { Product, StepOperands, StepProduct, ThreadProducts } from '../threads/thread';
import { bfloatLibrary } from './bfloatLibrary';
import type { Native } from './native';
import { nativeRoom } from './nativeRoom';

/** The most numbers of an operand that are converted in one piece. */
const largest = 2 ** 21;

/** A piece is as deep as it can be while so many rows and columns fit. */
const broad = 1024;

/** Bytes of scratch that a thread needs: a piece of each operand, in `terms` parts. */
export function bfloatScratchBytes(terms: Terms): number {
  return 2 * terms * largest * 2;
}

/** 1: both operands rounded to bfloat16. 3: each as a sum of two, high · high + high · low + low · high. */
export type Terms = 1 | 3;

/** A piece of a product: its place, and how far it reaches, in each direction. */
interface Span {
  readonly from: number;
  readonly count: number;
}

/**
 * Matrix products of float32 whose operands become bfloat16 on the way; sums are float32.
 *
 * With three terms, the parts lie one behind the other along the inner side, so that one product adds all of them:
 *
 *   [high A | high A | low A] · [high B; low B; high B]
 *
 * @param scratch  where the thread's own `bfloatScratchBytes` begin.
 * @throws Error where the library has no such product.
 * @see Henry, Tang, Heinecke 2019, "Leveraging the bfloat16 Artificial Intelligence Datatype For Higher-Precision
 *   Computations", arXiv 1904.06376: BF16x3 is theirs of two parts
 */
export function bfloatProducts(
  native: Native,
  kernels: Pick<Kernels, 'toBfloat' | 'splitBfloat'>,
  scratch: number,
  terms: Terms,
): ThreadProducts {
  const library = bfloatLibrary(native);
  // Forward and backward have a room each: the softmax layer alternates between both in one step.
  const rooms = { forward: nativeRoom(native), backward: nativeRoom(native) };
  const ofA = scratch;
  const ofB = scratch + bfloatScratchBytes(terms) / 2;

  /** Converts [rows, columns]; the inner side of the product runs along the columns where `along`. */
  const convert = (
    x: number,
    ld: number,
    rows: number,
    columns: number,
    along: boolean,
    out: number,
    isSecond: boolean,
  ): void => {
    if (terms === 1) {
      kernels.toBfloat(x, ld, rows, columns, out, columns);
      return;
    }
    const part = 2 * (along ? columns : rows * columns);
    const [again, low] = isSecond ? [2, 1] : [1, 2];
    const width = along ? terms * columns : columns;
    kernels.splitBfloat(x, ld, rows, columns, out, out + again * part, out + low * part, width);
  };
  const convertA = (transpose: boolean, a: number, lda: number, row: Span, depth: Span): void => {
    const at = a + 4 * (transpose ? depth.from * lda + row.from : row.from * lda + depth.from);
    if (transpose) convert(at, lda, depth.count, row.count, false, ofA, false);
    else convert(at, lda, row.count, depth.count, true, ofA, false);
  };
  const convertB = (
    transpose: boolean,
    b: number,
    ldb: number,
    depth: Span,
    column: Span,
  ): void => {
    const at =
      b + 4 * (transpose ? column.from * ldb + depth.from : depth.from * ldb + column.from);
    if (transpose) convert(at, ldb, column.count, depth.count, true, ofB, true);
    else convert(at, ldb, depth.count, column.count, false, ofB, true);
  };

  const product: Product = (ta, tb, m, n, k, a, lda, b, ldb, accumulate, c, ldc) => {
    for (const { depth, most, columns } of piecesOf(m, n, k)) {
      const rows = spansOf(m, most);
      const inner = terms * depth.count;
      const keep = accumulate || depth.from > 0;
      for (const column of columns) {
        convertB(tb, b, ldb, depth, column);
        for (const row of rows) {
          if (rows.length > 1 || column.from === 0) convertA(ta, a, lda, row, depth);
          library.multiply(
            ...([ta, tb, row.count, column.count, inner, ofA, ta ? row.count : inner] as const),
            ...([ofB, tb ? inner : column.count, keep] as const),
            ...([c + 4 * (row.from * ldc + column.from), ldc] as const),
          );
        }
      }
    }
  };

  /** Packs the weights as bfloat16 once; a step converts its A alone. */
  const stepProduct = (operands: StepOperands): StepProduct => {
    const { transposeB, m, n, k, blocks, ldb, accumulate } = operands;
    const pieces = piecesOf(m, n, k);
    const parts = pieces.flatMap(({ depth, most, columns }) =>
      blocks.flatMap(({ b, out }) => columns.map((column) => ({ b, out, depth, most, column }))),
    );
    const sizes = parts.map(({ depth, most, column }) => {
      const rows = Math.min(m, most);
      return library.packedBytes(rows, column.count, terms * depth.count);
    });
    const starts = rooms[transposeB ? 'backward' : 'forward'](sizes);
    const packs = parts.map((part, index) => ({ ...part, at: starts[index] as number }));
    for (const { b, depth, most, column, at } of packs) {
      const [rows, inner] = [Math.min(m, most), terms * depth.count];
      convertB(transposeB, b, ldb, depth, column);
      library.pack(transposeB, rows, column.count, inner, ofB, at);
    }
    const steps = pieces.map(({ depth, most }) => {
      return { depth, most, own: packs.filter((pack) => pack.depth === depth) };
    });
    return (a, lda, c, ldc, rows = m) => {
      for (const { depth, most, own } of steps) {
        const inner = terms * depth.count;
        const keep = accumulate || depth.from > 0;
        for (const row of spansOf(rows, most)) {
          convertA(false, a, lda, row, depth);
          for (const { out, column, at } of own) {
            library.multiplyPacked(
              ...([transposeB, row.count, column.count, inner, ofA, inner, at, keep] as const),
              ...([c + out + 4 * (row.from * ldc + column.from), ldc] as const),
            );
          }
        }
      }
    };
  };
  if (terms === 3) return { product, stepProduct };
  return { product, stepProduct, bfloatProduct: library.multiply };
}

/** Sides of pieces are multiples of it where they can be: as deep as one step of AMX. */
const grain = 32;

/** A part of a product: operands of so many rows and columns fit into the scratch. */
interface Piece {
  readonly depth: Span;
  /** The most rows. */
  readonly most: number;
  readonly columns: readonly Span[];
}

function piecesOf(m: number, n: number, k: number): Piece[] {
  return spansOf(k, largest / Math.min(broad, Math.max(m, n, grain))).map((depth) => {
    const most = Math.floor(largest / Math.max(depth.count, grain) / grain) * grain;
    return { depth, most, columns: spansOf(n, most) };
  });
}

/** Pieces of a side, none over `limit` (at least `grain`), as few as can be and of nearly the same size. */
function spansOf(size: number, limit: number): Span[] {
  const pieces = Math.ceil(size / (Math.floor(limit / grain) * grain));
  const most = Math.ceil(size / pieces / grain) * grain;
  return Array.from({ length: pieces }, (_, i) => {
    const from = i * most;
    return { from, count: Math.min(most, size - from) };
  });
}
