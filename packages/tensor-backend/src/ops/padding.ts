import type { Lengths } from '@bnrnn/core';
import {
  gather,
  mul,
  reshape,
  slice,
  tensor1d,
  tensor2d,
  zerosLike,
  type Rank,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

/** What ops of plain tfjs do with the padded rows of [time, batch, features]; off the tape only. */
export interface Padding {
  /** Puts 0 in padded rows, whatever they held, even NaN or ∞. */
  readonly zero: (x: Tensor3D) => Tensor3D;
  /** Puts 0 in padded rows that hold finite numbers. */
  readonly silence: (x: Tensor3D) => Tensor3D;
  /** 1 for the rows that are real at a step, 0 for padding: [batch, 1]. */
  readonly column: (step: number) => Tensor2D;
}

/**
 * To put 0 in rows that may hold anything, padded rows first become copies of a real one, then 0 by a product. Not
 * tfjs's `where`: that tiles the condition to x's size, which takes `wasm` longer than a matrix product of that
 * size, and its kernel `Select` is wrong for a condition by row.
 */
export function paddingOf({ time, each }: Lengths): Padding {
  const batch = each.length;
  const rows = time * batch;
  const values = realRows({ time, each });
  const mask = tensor2d(values, [rows, 1]);
  const real = values.indexOf(1);
  // For each row itself where it is real, otherwise some real row.
  const source = tensor1d(
    Int32Array.from(values, (value, row) => (value === 1 ? row : real)),
    'int32',
  );
  const silence = (x: Tensor3D): Tensor3D =>
    reshape(mul(reshape<Rank.R2>(x, [rows, -1]), mask), x.shape);
  return {
    silence,
    zero: (x) => {
      if (real < 0) return zerosLike(x);
      const copies = gather(reshape<Rank.R2>(x, [rows, -1]), source);
      return reshape(mul(copies, mask), x.shape);
    },
    column: (step) => slice(mask, [step * batch, 0], [batch, 1]),
  };
}

/** 1 for each real row of [time·batch], 0 for padding. */
export function realRows({ time, each }: Lengths): Float32Array {
  const batch = each.length;
  return Float32Array.from({ length: time * batch }, (_, row) =>
    Number(Math.floor(row / batch) < (each[row % batch] as number)),
  );
}
