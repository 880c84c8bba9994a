import { expectNumber, randomStreamFromKey, type RandomKey } from '@bnrnn/core';
import { clone, mul, tensor, type Tensor } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';

/** See `dropout`; `key` are the two words of the stream's key. */
export const dropoutOp = defineOp<{ rate: number; key: RandomKey; step: number }>()({
  name: 'dropout',
  inputs: { x: '...' },
  optional: {},
  outputs: { y: '...' },
  constants: [],
  fallback: ({ x }, { rate, key, step }) => ({
    y: customOp([x], (save) => {
      const mask = tensor(randomStreamFromKey(key).dropoutMask(x.size, rate, step), x.shape);
      save([mask]);
      return { value: mul(x, mask), gradient: (dy, [kept]) => [mul(dy, kept as Tensor)] };
    }),
  }),
});

export interface DropoutOptions<T extends Tensor> {
  x: T;
  rate: number;
  key: RandomKey;
  step: number;
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
 * @returns float32, like x.
 * @throws UsageError for a rate outside [0, 1).
 * @see Srivastava et al. 2014; Zaremba et al. 2014 for the places.
 */
export function dropout<T extends Tensor>({ x, rate, key, step }: DropoutOptions<T>): T {
  expectNumber('dropout: rate', rate, { min: 0, below: 1 });
  expectNumber('dropout: step', step, { integer: true, min: 0 });
  if (rate === 0) return clone(x);
  return runOp(dropoutOp, { x }, { rate, key, step }).y as T;
}
