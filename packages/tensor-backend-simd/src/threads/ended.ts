import { breakBarriers } from './barrier';
import { signal } from './control';

/**
 * Says that a worker is no more, and lets the threads go that would wait for it. From any thread: the calling
 * thread of a pool may be waiting itself and hear of nothing else.
 */
export function sayEnded(signals: Int32Array): void {
  Atomics.store(signals, signal.ended, 1);
  breakBarriers(signals);
  Atomics.notify(signals, signal.finished);
}

/** Whether a worker is no more: its part of no program will be computed again. */
export function hasEnded(signals: Int32Array): boolean {
  return Atomics.load(signals, signal.ended) !== 0;
}
