import { BnrnnError } from '@bnrnn/core';

/** A loss, of training or of an evaluation, or a gradient that is not finite. The parameters are those before it. */
export class DivergedError extends BnrnnError {
  /** Steps done before the one that diverged. */
  readonly step: number;
  /** The manifest of the newest checkpoint, if one was saved. */
  readonly checkpoint: string | undefined;

  constructor(what: string, step: number, checkpoint: string | undefined) {
    const saved =
      checkpoint === undefined
        ? 'No checkpoint was saved before.'
        : `The last good checkpoint is ${checkpoint}.`;
    super(`train: the ${what} after ${step} steps; the parameters were not changed. ${saved}`, {
      hint: 'Try a lower learning rate, or a lower threshold for the gradient norm.',
    });
    this.step = step;
    this.checkpoint = checkpoint;
  }
}
