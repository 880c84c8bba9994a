import {
  expectNumber,
  randomStreamFromKey,
  ShapeError,
  type BatchPart,
  type RandomKey,
} from '@bnrnn/core';
import { clone, mul, tensor, util, type Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';

/** Where the columns of x, [time, batch, features], stand in the batch of all ranks. */
type Columns = Pick<BatchPart, 'first' | 'batch'>;

interface DropoutAttributes {
  readonly rate: number;
  /** The two words of the stream's key. */
  readonly key: RandomKey;
  readonly step: number;
  readonly part: Columns | undefined;
}

/** See `dropout`. */
export const dropoutOp = defineOp<DropoutAttributes>()({
  name: 'dropout',
  inputs: { x: '...' },
  optional: {},
  outputs: { y: '...' },
  constants: [],
  fallback: ({ x }, attributes) => ({
    y: customOp([x], (save) => {
      const mask = tensor(maskOf(x.shape, attributes), x.shape);
      save([mask]);
      return { value: mul(x, mask), gradient: (dy, [kept]) => [mul(dy, kept as Tensor)] };
    }),
  }),
});

/** The mask of x's elements: those of the whole batch where x has a part of its columns. */
function maskOf(shape: readonly number[], { rate, key, step, part }: DropoutAttributes) {
  const stream = randomStreamFromKey(key);
  const size = util.sizeFromShape([...shape]);
  if (part === undefined) return stream.dropoutMask(size, rate, step);
  const [time, batch, features] = shape as [number, number, number];
  const mask = new Float32Array(size);
  for (let t = 0; t < time; t++) {
    const from = (t * part.batch + part.first) * features;
    const own = stream.dropoutMask(batch * features, rate, step, from);
    mask.set(own, t * batch * features);
  }
  return mask;
}

export interface DropoutOptions<T extends Tensor> {
  x: T;
  rate: number;
  key: RandomKey;
  step: number;
  /** x, [time, batch, features], has only some columns of a batch: its masks are those of the whole batch. */
  part?: Columns | undefined;
}

/**
 * Drops elements at random and scales the others up (inverted dropout).
 *
 *   y = x·mask     mask = 0 with probability rate, otherwise 1 / (1 − rate)
 *
 * The mask is core's `dropoutMask` of the key's stream at `step`, bit for bit on every backend.
 *
 * @param options.x     float32, any shape.
 * @param options.rate  dropped share, 0 to below 1; 0 gives x as it is.
 * @param options.key   the key of the place's random stream.
 * @param options.step  the training step.
 * @param options.part  where the columns of x stand, when it holds only some of a batch's.
 * @returns float32, like x.
 * @throws UsageError for a rate outside [0, 1); ShapeError for a part that x is not.
 * @see Srivastava et al. 2014; Zaremba et al. 2014 for the places.
 */
export function dropout<T extends Tensor>({ x, rate, key, step, part }: DropoutOptions<T>): T {
  expectNumber('dropout: rate', rate, { min: 0, below: 1 });
  expectNumber('dropout: step', step, { integer: true, min: 0 });
  if (rate === 0) return clone(x);
  if (part !== undefined && (x.rank !== 3 || part.first + (x.shape[1] ?? 0) > part.batch)) {
    throw new ShapeError(
      `dropout: x is [${x.shape.join(', ')}], expected [time, batch, features] with columns ${part.first} and on of ${part.batch}.`,
    );
  }
  return runOp(dropoutOp, { x }, { rate, key, step, part }).y as T;
}
