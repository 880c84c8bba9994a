import type { Collective } from '@bnrnn/core';
import type { MatrixRows } from '@bnrnn/tensor-backend';

/**
 * Sums matrices most of whose rows are 0 over the ranks: only rows that one of the ranks has travel.
 *
 * @param own    this rank's rows.
 * @param shape  of the matrix.
 * @returns      the rows of all ranks in rising order, each summed: the same bits on all ranks.
 */
export function sumRows(
  collective: Collective,
  own: MatrixRows,
  [count, width]: readonly [number, number],
): MatrixRows {
  const found = new Float32Array(count);
  for (const id of own.ids) found[id] = 1;
  collective.sum(found);
  const places = new Int32Array(count);
  const union: number[] = [];
  found.forEach((ranks, id) => {
    if (ranks !== 0) places[id] = union.push(id) - 1;
  });
  const ids = Int32Array.from(union);
  const values = new Float32Array(ids.length * width);
  own.ids.forEach((id, k) => {
    const row = own.values.subarray(k * width, (k + 1) * width);
    values.set(row, (places[id] as number) * width);
  });
  collective.sum(values);
  return { ids, values };
}
