import { BackendError } from '@bnrnn/core';
import { StepDoesNotFitError } from '@bnrnn/training';

/**
 * Throws an error on, what would fit said in flags where it is about a step that does not fit in memory.
 *
 * @param timeFlag  what stands in front of the time steps of the largest batch, e.g. `--set data.time=`.
 */
export function rethrowInFlags(error: unknown, timeFlag: string): never {
  if (!(error instanceof StepDoesNotFitError)) throw error;
  const { time, batch } = error.fits;
  const ways = [
    ...(time === undefined ? [] : [`${timeFlag}${time}`]),
    ...(batch === undefined ? [] : [`--set data.batch=${batch}`]),
  ];
  if (ways.length === 0) throw error;
  throw new BackendError(error.message, { hint: `Would fit: ${ways.join(' or ')}.`, cause: error });
}
