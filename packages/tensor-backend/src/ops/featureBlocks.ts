import { UsageError } from '@bnrnn/core';
import { reshape, transpose, type Rank, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';

/** The rows of each set, one block of `size` features after another: [sets·groups, rows, size] of [..., features]. */
export function toBlocks(x: Tensor, sets: number, size: number): Tensor3D {
  const features = x.shape.at(-1) as number;
  const groups = features / size;
  const split = reshape<Rank.R4>(x, [sets, -1, groups, size]);
  return reshape(transpose(split, [0, 2, 1, 3]), [sets * groups, -1, size]);
}

/** The other way: `toBlocks` of what has `shape`. */
export function fromBlocks(blocks: Tensor3D, sets: number, shape: Tensor3D['shape']): Tensor3D {
  const [, rows, size] = blocks.shape;
  const split = reshape<Rank.R4>(blocks, [sets, -1, rows, size]);
  return reshape(transpose(split, [0, 2, 1, 3]), shape);
}

/** @throws UsageError where groups of `size` do not fill the features. */
export function expectGroups(caller: string, features: number, size: number): void {
  if (features % size === 0) return;
  throw new UsageError(
    `${caller}: groupSize is ${size}, expected a divisor of the ${features} features.`,
  );
}
