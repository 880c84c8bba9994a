// The matrix product for machines without a BLAS: blocks that fit the caches, packed into panels of 4
// rows and 8 columns, multiplied by a kernel that keeps a 4 x 8 tile of C in registers.

import { load4, multiplyAdd } from './math';

const blockRows = 128;
const blockDepth = 256;
const blockColumns = 512;
/** Rows of B that are packed, or read as they lie, together. */
const packedRows = 16;
/** Up to so many rows of A, packing B costs more than it saves. */
const fewRows = 8;

/** Bytes of scratch memory that `product` needs: one packed block of A and one of B. */
export function productScratchBytes(): i32 {
  return (blockRows + 4) * blockDepth * 4 + (blockColumns + 8) * blockDepth * 4;
}

/**
 * C = op(A) · op(B), or C += with `accumulate`; row-major, leading dimensions in elements.
 * op(A) is [m, k], op(B) is [k, n], C is [m, n].
 */
export function product(
  transposeA: i32, transposeB: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32, scratch: usize,
): void {
  const packedA = scratch;
  const packedB = scratch + <usize>((blockRows + 4) * blockDepth * 4);
  if (m <= fewRows && !transposeB && k > 0) {
    productOfFewRows(transposeA, m, n, k, a, lda, b, ldb, accumulate, c, ldc, packedA);
    return;
  }
  for (let column = 0; column < n; column += blockColumns) {
    const columns = min(blockColumns, n - column);
    for (let depth = 0; depth < k; depth += blockDepth) {
      const depths = min(blockDepth, k - depth);
      const keep = accumulate != 0 || depth > 0;
      packColumns(transposeB, b, ldb, depth, depths, column, columns, packedB);
      for (let row = 0; row < m; row += blockRows) {
        const rows = min(blockRows, m - row);
        packRows(transposeA, a, lda, row, rows, depth, depths, packedA);
        for (let j = 0; j < columns; j += 8) {
          const panelB = packedB + <usize>(j * depths) * 4;
          for (let i = 0; i < rows; i += 4) {
            tile(
              packedA + <usize>(i * depths) * 4, panelB, 32, depths,
              c + ((<usize>(row + i) * <usize>ldc + <usize>(column + j)) << 2), ldc,
              min(4, rows - i), min(8, columns - j), keep,
            );
          }
        }
      }
    }
    if (k == 0 && accumulate == 0) {
      for (let row = 0; row < m; row++) memory.fill(c + ((<usize>row * <usize>ldc + <usize>column) << 2), 0, <usize>columns << 2);
    }
  }
}

/** The same for few rows: B is read where it lies, a few of its rows at a time over all columns. */
function productOfFewRows(
  transposeA: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32, packedA: usize,
): void {
  const line: usize = <usize>ldb << 2;
  for (let depth = 0; depth < k; depth += blockDepth) {
    const depths = min(blockDepth, k - depth);
    packRows(transposeA, a, lda, 0, m, depth, depths, packedA);
    for (let from = 0; from < depths; from += packedRows) {
      const count = min(packedRows, depths - from);
      const keep = accumulate != 0 || depth + from > 0;
      const rowsOfB = b + <usize>(depth + from) * line;
      for (let j = 0; j < n; j += 8) {
        for (let i = 0; i < m; i += 4) {
          tile(
            packedA + (<usize>(i * depths) << 2) + (<usize>from << 4), rowsOfB + (<usize>j << 2), line, count,
            c + ((<usize>i * <usize>ldc + <usize>j) << 2), ldc, min(4, m - i), min(8, n - j), keep,
          );
        }
      }
    }
  }
}

/** Panels of 4 rows of op(A): for each depth its 4 rows side by side, rows past the end as 0. */
function packRows(
  transposed: i32, a: usize, lda: i32, row: i32, rows: i32, depth: i32, depths: i32, out: usize,
): void {
  for (let i = 0; i < rows; i += 4) {
    const panel = out + <usize>(i * depths) * 4;
    const count = min(4, rows - i);
    if (!transposed) {
      packAcross(a + ((<usize>(row + i) * <usize>lda + <usize>depth) << 2), lda, count, depths, panel, 16);
      continue;
    }
    for (let p = 0; p < depths; p++) {
      const source = a + ((<usize>(depth + p) * <usize>lda + <usize>(row + i)) << 2);
      v128.store(panel + (<usize>p << 4), load4(source, count));
    }
  }
}

/** Panels of 8 columns of op(B): for each depth its 8 columns side by side, columns past the end as 0. */
function packColumns(
  transposed: i32, b: usize, ldb: i32, depth: i32, depths: i32, column: i32, columns: i32, out: usize,
): void {
  if (transposed) {
    for (let j = 0; j < columns; j += 8) {
      const panel = out + <usize>(j * depths) * 4;
      const source = b + ((<usize>(column + j) * <usize>ldb + <usize>depth) << 2);
      packAcross(source, ldb, min(4, columns - j), depths, panel, 32);
      packAcross(source + (<usize>ldb << 4), ldb, max(0, min(4, columns - j - 4)), depths, panel + 16, 32);
    }
    return;
  }
  // A few rows of B at a time over all columns: more would be as many pages and streams of memory.
  const line: usize = <usize>ldb << 2;
  for (let from = 0; from < depths; from += packedRows) {
    const count = min(packedRows, depths - from);
    for (let j = 0; j < columns; j += 8) {
      const source = b + ((<usize>(depth + from) * <usize>ldb + <usize>(column + j)) << 2);
      const target = out + (<usize>(j * depths) << 2) + (<usize>from << 5);
      if (columns - j >= 8) copyEights(source, line, count, target);
      else copyFewer(columns - j, source, line, count, target);
    }
  }
}

/** 8 numbers of each of `count` rows, two rows a turn: for few rows of A, packing is a tenth of the product. */
function copyEights(source: usize, line: usize, count: i32, target: usize): void {
  const end = target + (<usize>count << 5);
  if (count & 1) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    source += line;
    target += 32;
  }
  while (target < end) {
    const next = source + line;
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    v128.store(target, v128.load(next), 32);
    v128.store(target, v128.load(next, 16), 48);
    source = next + line;
    target += 64;
  }
}

/** The first `columns` (1 to 7) numbers of each of `count` rows, then 0 up to 8. */
function copyFewer(columns: i32, source: usize, line: usize, count: i32, target: usize): void {
  for (let p = 0; p < count; p++) {
    v128.store(target, load4(source, columns));
    v128.store(target, columns > 4 ? load4(source + 16, columns - 4) : f32x4.splat(0), 16);
    source += line;
    target += 32;
  }
}

/** Transposes `count` (0 to 4) rows into 4 lanes: depth p goes to out + p · step, rows past `count` as 0. */
export function packAcross(source: usize, stride: i32, count: i32, depths: i32, out: usize, step: usize): void {
  const line: usize = <usize>stride << 2;
  let p = 0;
  if (count == 4) {
    for (; p + 4 <= depths; p += 4) {
      const at = source + (<usize>p << 2);
      const r0 = v128.load(at);
      const r1 = v128.load(at + line);
      const r2 = v128.load(at + 2 * line);
      const r3 = v128.load(at + 3 * line);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const target = out + <usize>p * step;
      v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(target + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(target + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(target + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    }
  }
  for (; p < depths; p++) {
    const target = out + <usize>p * step;
    for (let r = 0; r < 4; r++) {
      const value: f32 = r < count ? load<f32>(source + <usize>r * line + (<usize>p << 2)) : 0;
      store<f32>(target + (<usize>r << 2), value);
    }
  }
}

/** One 4 x 8 tile of C from a panel of A and 8 columns of B whose rows are `line` bytes apart. */
function tile(
  a: usize, b: usize, line: usize, depths: i32, c: usize, ldc: i32, rows: i32, columns: i32, keep: bool,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  const end = a + (<usize>depths << 4);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    const a1 = v128.load32_splat(a, 4);
    const a2 = v128.load32_splat(a, 8);
    const a3 = v128.load32_splat(a, 12);
    c00 = multiplyAdd(a0, b0, c00);
    c01 = multiplyAdd(a0, b1, c01);
    c10 = multiplyAdd(a1, b0, c10);
    c11 = multiplyAdd(a1, b1, c11);
    c20 = multiplyAdd(a2, b0, c20);
    c21 = multiplyAdd(a2, b1, c21);
    c30 = multiplyAdd(a3, b0, c30);
    c31 = multiplyAdd(a3, b1, c31);
    a += 16;
    b += line;
  }
  const stride: usize = <usize>ldc << 2;
  storeRow(c, c00, c01, columns, keep);
  if (rows > 1) storeRow(c + stride, c10, c11, columns, keep);
  if (rows > 2) storeRow(c + 2 * stride, c20, c21, columns, keep);
  if (rows > 3) storeRow(c + 3 * stride, c30, c31, columns, keep);
}

// @ts-ignore: decorator
@inline
function storeRow(c: usize, low: v128, high: v128, columns: i32, keep: bool): void {
  if (columns == 8) {
    if (keep) {
      low = f32x4.add(low, v128.load(c));
      high = f32x4.add(high, v128.load(c, 16));
    }
    v128.store(c, low);
    v128.store(c, high, 16);
  } else {
    storePart(c, low, min(columns, 4), keep);
    if (columns > 4) storePart(c + 16, high, columns - 4, keep);
  }
}

function storePart(c: usize, x: v128, count: i32, keep: bool): void {
  store<f32>(c, f32x4.extract_lane(x, 0) + (keep ? load<f32>(c) : 0));
  if (count > 1) store<f32>(c, f32x4.extract_lane(x, 1) + (keep ? load<f32>(c, 4) : 0), 4);
  if (count > 2) store<f32>(c, f32x4.extract_lane(x, 2) + (keep ? load<f32>(c, 8) : 0), 8);
  if (count > 3) store<f32>(c, f32x4.extract_lane(x, 3) + (keep ? load<f32>(c, 12) : 0), 12);
}
