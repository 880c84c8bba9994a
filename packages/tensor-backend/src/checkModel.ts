import { BackendError, UsageError } from '@bnrnn/core';
import {
  getBackend,
  tidy,
  variableGrads,
  type NamedTensorMap,
  type Scalar,
  type Variable,
} from '@tensorflow/tfjs-core';
import { registerGradients } from './gradients/registerGradients';

export interface CheckModelOptions {
  /** A small forward pass that ends in one number. */
  loss: () => Scalar;
  /** Every trained variable by its name in the model. */
  variables: ReadonlyMap<string, Variable>;
}

/**
 * Runs one forward and backward pass and says in one sentence what would break the training: a
 * kernel that the backend lacks, an op without gradient, a variable that the loss does not reach.
 *
 * @throws BackendError for a missing kernel or gradient; UsageError for an unreached variable.
 */
export function checkModel({ loss, variables }: CheckModelOptions): void {
  registerGradients();
  tidy(() => {
    const reached = gradientsOf(loss, [...variables.values()]);
    const lost = [...variables].filter(([, variable]) => !(variable.name in reached));
    if (lost.length > 0) {
      const names = lost.map(([name]) => `"${name}"`).join(', ');
      throw new UsageError(
        `checkModel: the loss gives no gradient to ${names}, expected one for each of the ${variables.size} variables.`,
        { hint: 'Is the variable used in the forward pass, and only through ops with a gradient?' },
      );
    }
  });
}

function gradientsOf(loss: () => Scalar, variables: Variable[]): NamedTensorMap {
  try {
    return variableGrads(loss, variables).grads;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const kernel = /[Kk]ernel '([^']+)'/.exec(message)?.[1];
    if (kernel !== undefined) {
      throw new BackendError(
        `checkModel: the backend "${getBackend()}" has no kernel ${kernel}, which this model needs.`,
        { cause: error, hint: 'Choose another backend.' },
      );
    }
    const gradient = /gradient function not found for ([^.\s]+)/.exec(message)?.[1];
    if (gradient !== undefined) {
      throw new BackendError(`checkModel: the op ${gradient} has no gradient in this process.`, {
        cause: error,
        hint: 'Register one with tfjs-core’s registerGradient.',
      });
    }
    if (message.includes('Cannot find a connection')) return {};
    throw error;
  }
}
