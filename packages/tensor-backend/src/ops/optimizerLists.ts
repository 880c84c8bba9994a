import { expectShape, ShapeError, UsageError } from '@bnrnn/core';
import { tidy, Variable, type Tensor } from '@tensorflow/tfjs-core';

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

/** Gives a variable a new value and frees everything that computing it made. */
export function assignNew(variable: Tensor, compute: () => Tensor): void {
  if (!(variable instanceof Variable)) {
    throw new UsageError('A step in place was given a tensor, expected a variable.');
  }
  const value = tidy(compute);
  variable.assign(value);
  value.dispose();
}
