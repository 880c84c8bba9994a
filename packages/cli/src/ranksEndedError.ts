import { BnrnnError } from '@bnrnn/core';

/** What the ranks ended with; they have said why. */
export class RanksEndedError extends BnrnnError {
  readonly status: number;

  constructor(message: string, hint: string, status: number) {
    super(message, { hint });
    this.status = status;
  }
}
