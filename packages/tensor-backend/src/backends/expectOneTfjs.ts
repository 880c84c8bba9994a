import { BackendError } from '@bnrnn/core';
import { Tensor } from '@tensorflow/tfjs-core';

/** Where the first of this library's copies in a page or process notes which tfjs it uses. */
const mark = Symbol.for('@bnrnn/tensor-backend tfjs');

/**
 * Checks that no other copy of this library has started a backend here with a tfjs-core of its own.
 *
 * All copies share one engine and one registry of kernels, but each has classes of its own. The cpu backend's
 * `TensorScatterUpdate`, for one, starts from zeros where `instanceof` does not know the other copy's class: both
 * copies would train otherwise from then on, without an error.
 *
 * @throws BackendError where there is one.
 */
export function expectOneTfjs(): void {
  const here = globalThis as { [mark]?: unknown };
  here[mark] ??= Tensor;
  if (here[mark] === Tensor) return;
  throw new BackendError(
    'Two copies of tfjs-core are loaded here: they share one engine and would compute wrongly.',
    {
      hint: 'Make one bundle of all that uses bnrnn, or leave @tensorflow/* out of the bundles so that they share one copy.',
    },
  );
}
