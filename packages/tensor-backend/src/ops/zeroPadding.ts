import { expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import { clone, type Tensor3D } from '@tensorflow/tfjs-core';
import { customOp } from './customOp';
import { paddingOf } from './padding';

/**
 * Puts 0 in padded rows, whatever they held, even not a number; their gradient is 0 too. For
 * normalizers of plain tfjs ops: on x before the first op, and on y after the last.
 *
 *   y[t,b,f] = x[t,b,f] where t < lengths[b], otherwise 0
 *
 * @param x        float32 [time, batch, features].
 * @param lengths  real steps of each row; all when absent.
 * @returns float32 like x.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time.
 */
export function zeroPadding(x: Tensor3D, lengths: GivenLengths | undefined): Tensor3D {
  expectShape('zeroPadding', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  const padded = paddedLengths('zeroPadding', lengths, { time, batch });
  if (padded === undefined) return clone(x);
  return customOp<Tensor3D>([x], () => ({
    value: paddingOf(padded).zero(x),
    gradient: (dy) => [paddingOf(padded).zero(dy)],
  }));
}
