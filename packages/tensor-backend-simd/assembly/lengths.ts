// Which rows of a padded batch are real: `lengths` [batch] holds int32 numbers of steps, 0 where nothing is padded.

/** Whether a row of one step is real. */
// @ts-ignore: decorator
@inline
export function isReal(lengths: usize, row: i32, time: i32): bool {
  return lengths == 0 || time < load<i32>(lengths + ((<usize>row) << 2));
}

/** Row r of [time, batch] is the row r mod batch at step r div batch. Bit i: whether row `from` + i is real, up to `to`. */
export function realRows(lengths: usize, batch: i32, from: i32, to: i32): u64 {
  if (lengths == 0) return u64.MAX_VALUE;
  let time = from / batch;
  let row = from % batch;
  let bits: u64 = 0;
  for (let i = 0; i < to - from; i++) {
    if (isReal(lengths, row, time)) bits |= (<u64>1) << (<u64>i);
    if (++row == batch) {
      row = 0;
      time++;
    }
  }
  return bits;
}

/** Bit i of what `realRows` gave. */
// @ts-ignore: decorator
@inline
export function has(bits: u64, i: i32): bool {
  return ((bits >> (<u64>i)) & 1) != 0;
}
