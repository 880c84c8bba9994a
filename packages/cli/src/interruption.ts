import { constants } from 'node:os';
import { BnrnnError } from '@bnrnn/core';
import { removeTemporaries } from '@bnrnn/core/node';
import type { Io } from './io';

/** What a command ends with that was ended by a signal, after it saved. */
export class InterruptedError extends BnrnnError {
  /** The exit status: 128 and the signal's number. */
  readonly status: number;

  constructor(message: string, name: InterruptionSignal, hint: string) {
    super(message, { hint });
    this.status = statusOf(name);
  }
}

/** A signal that the first Ctrl-C, SIGTERM or SIGHUP aborts; the second one ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The first signal that came. */
  readonly cause: InterruptionSignal | undefined;
  /** Gives the signals back to the process. */
  stop(): void;
}

/** SIGHUP comes when a terminal goes away, e.g. a connection that breaks. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type InterruptionSignal = (typeof signals)[number];

export function watchInterruption(io: Io): Interruption {
  const controller = new AbortController();
  let cause: InterruptionSignal | undefined;
  const onSignal = (name: InterruptionSignal): void => {
    // A terminal that goes away may send its signal more than once; nobody is there to ask for haste.
    if (cause !== undefined && name === 'SIGHUP') return;
    if (cause !== undefined) {
      removeTemporaries();
      process.exit(statusOf(name));
    }
    cause = name;
    io.note('Ending the step and saving; press Ctrl-C again to stop at once.');
    controller.abort(new BnrnnError('Interrupted.'));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    stop: () => signals.forEach((name) => process.off(name, onSignal)),
  };
}

/** Runs what writes files: a signal that ends the process meanwhile leaves no unfinished one behind. */
export async function withoutLeftovers<Result>(write: () => Promise<Result>): Promise<Result> {
  const stop = (): void => signals.forEach((name) => process.off(name, onSignal));
  const onSignal = (name: InterruptionSignal): void => {
    removeTemporaries();
    stop();
    // Ended as if nobody had listened: a shell sees the signal.
    process.kill(process.pid, name);
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await write();
  } finally {
    stop();
  }
}

function statusOf(name: InterruptionSignal): number {
  return 128 + constants.signals[name];
}
