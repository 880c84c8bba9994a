import { tensor, variable, type Variable } from '@tensorflow/tfjs-core';
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
