import { BnrnnError } from '@bnrnn/core';
import type { Io } from './io';

/** A signal that the first Ctrl-C or SIGTERM aborts; the second one ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  stop(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Exit status of a process that was ended by hand: 128 + SIGINT. */
const forcedStatus = 130;

export function watchInterruption(io: Io): Interruption {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(forcedStatus);
    io.note('Ending the step and saving; press Ctrl-C again to stop at once.');
    controller.abort(new BnrnnError('Interrupted.'));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: () => signals.forEach((name) => process.off(name, onSignal)),
  };
}
