import { BackendError } from '@bnrnn/core';
import type { ThreadSeed } from '../pool/makeThread';
import type { StartWorkers } from '../pool/workers';
import workerCode from './worker?inline';

/** How long a worker may take to its first message, on a machine that is busy elsewhere. */
const patience = 60_000;

/**
 * Web Workers. Their code is a part of this module, since bundlers do not agree on how a file beside it is named; a
 * page with a content security policy must allow `worker-src blob:`.
 *
 * A worker that fails says so in the shared memory itself (`worker.ts`); one that the browser ends for want of memory
 * goes with the whole page.
 */
export const startPageWorkers: StartWorkers = async (seeds) => {
  let cause: unknown;
  if (seeds.length > 0) {
    const url = URL.createObjectURL(new Blob([workerCode], { type: 'text/javascript' }));
    const workers: Worker[] = [];
    try {
      const starts = seeds.map((seed) => {
        const worker = new Worker(url);
        workers.push(worker);
        return firstMessage(worker, seed, (reason) => (cause ??= reason));
      });
      await Promise.all(starts);
    } catch (error) {
      for (const worker of workers) worker.terminate();
      throw error;
    } finally {
      URL.revokeObjectURL(url);
    }
  }
  return {
    get cause() {
      return cause;
    },
  };
};

function firstMessage(
  worker: Worker,
  seed: ThreadSeed,
  noteEnd: (reason: unknown) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, reason?: unknown): void => {
      clearTimeout(timer);
      noteEnd(reason);
      reject(
        new BackendError(`simd: a worker did not start: ${why}.`, {
          hint: 'Allow workers from blob: in the page’s content security policy, or take one thread.',
          cause: reason,
        }),
      );
    };
    const timer = setTimeout(() => refuse(`no answer within ${patience / 1000} seconds`), patience);
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve();
    };
    worker.onerror = ({ message }) => {
      const why = message || 'the browser refused it';
      refuse(why, new Error(why));
    };
    worker.postMessage(seed);
  });
}
