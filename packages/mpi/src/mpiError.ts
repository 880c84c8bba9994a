import { BnrnnError } from '@bnrnn/core';

/** What MPI, or the engine that started the ranks, cannot do. */
export class MpiError extends BnrnnError {}
