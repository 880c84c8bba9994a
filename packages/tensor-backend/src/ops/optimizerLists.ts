import { expectShape, ShapeError, UsageError } from '@bnrnn/core';
import {
  cast,
  gather,
  notEqual,
  reshape,
  scalar,
  stack,
  tidy,
  Variable,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** @throws ShapeError when a list has another length or other shapes than the variables. */
export function expectSameLists(
  caller: string,
  variables: readonly Variable[],
  lists: Readonly<Record<string, readonly Tensor[]>>,
): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== variables.length) {
      throw new ShapeError(
        `${caller}: ${name} holds ${list.length} tensors, expected ${variables.length}, one for each variable.`,
      );
    }
    list.forEach((item, i) => {
      const shape = (variables[i] as Variable).shape;
      const expected = Object.fromEntries(shape.map((size, axis) => [`axis${axis}`, size]));
      expectShape(caller, `${name}[${i}]`, item, expected);
    });
  }
}

/**
 * Gives a variable a new value, unless `clip` is 0, and frees everything that computing it made.
 *
 * @param clip  float32 scalar, see `clipFactor`.
 */
export function assignNew(variable: Tensor, clip: Tensor, compute: () => Tensor): void {
  const { shape } = variable;
  if (!(variable instanceof Variable)) {
    throw new UsageError('A step in place was given a tensor, expected a variable.');
  }
  // A product with 0 would not do: what is not finite stays so. Nor tfjs's `where`, see `paddingOf`.
  const value = tidy(() => {
    const chosen = reshape(cast(notEqual(clip, 0), 'int32'), [1]);
    return reshape(gather(stack([variable, compute()]), chosen), shape);
  });
  variable.assign(value);
  value.dispose();
}

/** Runs a step with the factor that it was given, or with 1. */
export function withClip(given: Scalar | undefined, step: (clip: Scalar) => void): void {
  const clip = given ?? scalar(1);
  try {
    step(clip);
  } finally {
    if (given === undefined) clip.dispose();
  }
}
