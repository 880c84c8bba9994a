// Copies of a matrix in the order in which a product reads it.

import { packAcross } from './product';

/**
 * Copies a block of op(B) [depth, columns] into `panel`, whose rows are `width` numbers apart. `b` is where the block
 * begins in B, whose rows are `ldb` numbers apart. With `transposed`, numbers between `columns` and the next multiple
 * of 4 become 0, so `width` must be at least that.
 */
export function copyPanel(
  transposed: i32, b: usize, ldb: i32, depth: i32, columns: i32, panel: usize, width: i32,
): void {
  const line: usize = <usize>ldb << 2;
  const step: usize = <usize>width << 2;
  if (transposed) {
    for (let j = 0; j < columns; j += 4) {
      packAcross(b + <usize>j * line, ldb, min(4, columns - j), depth, panel + (<usize>j << 2), step);
    }
    return;
  }
  const bytes: usize = <usize>columns << 2;
  for (let p = 0; p < depth; p++) {
    memory.copy(panel, b, bytes);
    b += line;
    panel += step;
  }
}
