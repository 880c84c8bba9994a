import { BackendError } from '@bnrnn/core';
import type { Rehearsal } from '@bnrnn/tensor-backend';
import type { BatchSizes } from './rehearseStep';

/** A training step that the backend's memory cannot hold. */
export class StepDoesNotFitError extends BackendError {
  /** The largest size that fits where the other stays; absent where none does. */
  readonly fits: Partial<BatchSizes>;

  constructor({ time, batch }: BatchSizes, need: Rehearsal, fits: Partial<BatchSizes>) {
    const needed = `${need.complete ? '' : 'more than '}${mebibytes(need.neededBytes)}`;
    const there = mebibytes(need.capacityBytes);
    const but =
      need.neededBytes > need.capacityBytes
        ? `there is room for ${there}`
        : `the backend's ${there} have no room for its blocks`;
    super(
      `train: a step on a batch of ${batch} with ${count(time)} time steps needs ${needed} of memory, and ${but}.`,
      { hint: whatWouldFit(fits) },
    );
    this.fits = fits;
  }
}

function whatWouldFit({ time, batch }: Partial<BatchSizes>): string {
  const ways = [
    ...(time === undefined ? [] : [`${count(time)} time steps`]),
    ...(batch === undefined ? [] : [`a batch of ${batch}`]),
  ];
  return ways.length > 0
    ? `Would fit: ${ways.join(', or ')}.`
    : 'No batch of this model would fit: take a smaller model.';
}

function mebibytes(bytes: number): string {
  return `${count(Math.ceil(bytes / 2 ** 20))} MiB`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
