import { tensor, tensor2d, variable, type Rank, type Variable } from '@tensorflow/tfjs-core';
import type { InitializerSpec } from './initializer';
import { initialValues, type ParameterShape } from './initialValues';

/** A trained float32 variable at its initial values; unnamed, because names are process-wide. */
export function newVariable(
  path: string,
  seed: number,
  initializer: InitializerSpec,
  parameter: ParameterShape,
): Variable {
  const start = tensor(
    initialValues(path, seed, initializer, parameter),
    [...parameter.shape],
    'float32',
  );
  const created = variable(start);
  start.dispose();
  return created;
}

/** The same for a matrix outside a cell: an embedding, or the weights of a head. */
export function newMatrix(
  path: string,
  seed: number,
  initializer: InitializerSpec,
  shape: readonly [rows: number, columns: number],
): Variable<Rank.R2> {
  const values = initialValues(path, seed, initializer, { shape, role: 'matrix' });
  const start = tensor2d(values, [...shape]);
  const created = variable<Rank.R2>(start);
  start.dispose();
  return created;
}
