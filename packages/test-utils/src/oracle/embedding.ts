import { array64, at, axis, put, type Array64 } from '../array64';

/** The rows of a table: y[n, e] = table[ids[n], e]; table [V, E], ids [N], y [N, E]. */
export function embedding({ table, ids }: { table: Array64; ids: ArrayLike<number> }): Array64 {
  const y = array64([ids.length, axis(table, 1)]);
  for (let n = 0; n < ids.length; n++) {
    for (let e = 0; e < axis(table, 1); e++) put(y, at(table, ids[n] as number, e), n, e);
  }
  return y;
}
