import { array64, at, axis, put, type Array64 } from '../array64';

/**
 * Joins the two directions of a layer, [T, B, H] each.
 *
 * 'concat': [T, B, 2H], the forward units first; 'sum': [T, B, H], their sum.
 *
 * @see Schuster, Paliwal 1997; Graves, Schmidhuber 2005.
 */
export function mergeDirections(
  forward: Array64,
  backward: Array64,
  merge: 'concat' | 'sum',
): Array64 {
  const [time, batch, units] = [axis(forward, 0), axis(forward, 1), axis(forward, 2)];
  const y = array64([time, batch, merge === 'concat' ? 2 * units : units]);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      for (let k = 0; k < units; k++) {
        const [there, back] = [at(forward, t, b, k), at(backward, t, b, k)];
        put(y, merge === 'concat' ? there : there + back, t, b, k);
        if (merge === 'concat') put(y, back, t, b, units + k);
      }
    }
  }
  return y;
}

/** One layer run in both directions over the same input, joined by `mergeDirections`. */
export function bidirectional<Result extends { hidden: Array64 }>(
  run: (reverse: boolean) => Result,
  merge: 'concat' | 'sum',
): { hidden: Array64; forward: Result; backward: Result } {
  const [forward, backward] = [run(false), run(true)];
  return { hidden: mergeDirections(forward.hidden, backward.hidden, merge), forward, backward };
}
