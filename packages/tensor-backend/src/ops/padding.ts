import {
  gather,
  mul,
  reshape,
  tensor1d,
  zerosLike,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

/**
 * Puts 0 in padded rows, whatever they held, even NaN or ∞; off the tape only.
 *
 * Padded rows first become copies of a real one, then 0 by a product. Not tfjs's `where`: that
 * tiles the condition to x's size, which takes `wasm` longer than a matrix product of that size,
 * and its kernel `Select` is wrong for a condition by row.
 *
 * @param x     float32 [time, batch, features].
 * @param mask  float32 [time, batch].
 */
export function zeroPadding(x: Tensor3D, mask: Tensor2D): Tensor3D {
  const source = sourceRows(mask);
  if (source === undefined) return zerosLike(x);
  const rows: Tensor2D = reshape(x, [mask.size, -1]);
  const copies = gather(rows, tensor1d(source, 'int32'));
  return reshape(mul(copies, reshape(mask, [-1, 1])), x.shape);
}

/** Row numbers by the mask's data: the layers of a model share a mask, and reading it may stall. */
const known = new WeakMap<object, Int32Array | undefined>();

/** For each row itself where it is real, otherwise some real row; nothing where none is. */
function sourceRows(mask: Tensor2D): Int32Array | undefined {
  if (known.has(mask.dataId)) return known.get(mask.dataId);
  const values = mask.dataSync();
  const real = values.indexOf(1);
  const source =
    real < 0 ? undefined : Int32Array.from(values, (value, row) => (value === 1 ? row : real));
  known.set(mask.dataId, source);
  return source;
}

/** Puts 0 in padded rows that hold finite numbers: a product with the mask. */
export function silencePadding(x: Tensor3D, mask: Tensor2D): Tensor3D {
  const rows = mul(reshape(x, [mask.size, -1]), reshape(mask, [-1, 1]));
  return reshape(rows, x.shape);
}
