import { MessageChannel, Worker, type MessagePort, type WorkerOptions } from 'node:worker_threads';
import { BackendError } from '@bnrnn/core';
import { signalsOf } from '../threads/control';
import { sayEnded } from '../threads/ended';
import type { ThreadSeed } from '../pool/makeThread';
import type { StartWorkers } from '../pool/workers';

/** What a worker is given: its seed, and its end of a line that breaks when it ends. */
export interface WorkerData {
  readonly seed: ThreadSeed;
  readonly line: MessagePort;
}

/** What the watcher is given: the other ends of the lines. */
export interface WatcherData {
  readonly memory: WebAssembly.Memory;
  readonly lines: readonly MessagePort[];
}

/** How long a thread may take to its first message, on a machine that is busy elsewhere. */
const patience = 60_000;

/** How long it may take to end all threads. */
const mostOfStopping = 2000;

/**
 * Workers of Node's `worker_threads`, and one more that watches over them.
 *
 * A thread that waits in `Atomics.wait` hears of no event. So each worker holds one end of a message channel and the
 * watcher, which never waits, the others: the end of a thread (an error, `process.exit`, memory that ran out)
 * closes its end, and the watcher says so in the shared memory.
 */
export const startNodeWorkers: StartWorkers = async (seeds) => {
  const [first] = seeds;
  if (first === undefined) return { cause: undefined };
  const signals = signalsOf(first.memory);
  const threads: Worker[] = [];
  let cause: unknown;
  const noteEnd = (reason: unknown): void => {
    cause ??= reason;
    sayEnded(signals);
  };

  const channels = seeds.map(() => new MessageChannel());
  const lines = channels.map(({ port2 }) => port2);
  const start = (file: string, data: WorkerData | WatcherData, sent: MessagePort[]) => {
    const worker = startThread(file, data, sent);
    threads.push(worker);
    return firstMessage(worker, noteEnd);
  };
  try {
    await Promise.all([
      start('./watcher.js', { memory: first.memory, lines }, lines),
      ...seeds.map((seed, index) => {
        const line = (channels[index] as MessageChannel).port1;
        return start('./worker.js', { seed, line }, [line]);
      }),
    ]);
  } catch (error) {
    await stopThreads(threads);
    throw error;
  }
  return {
    get cause() {
      return cause;
    },
  };
};

function startThread(file: string, workerData: object, transferList: MessagePort[]): Worker {
  // Not the process's own flags: with `--input-type` of `node --eval`, for one, no file starts.
  const options: WorkerOptions = { workerData, transferList, execArgv: [] };
  return new Worker(new URL(file, import.meta.url), options);
}

/**
 * Ends threads. The promise of a thread that ends by itself meanwhile is sometimes never settled (Node 20, one of
 * 20 times), so it is not waited for without end.
 */
async function stopThreads(threads: readonly Worker[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostOfStopping);
  });
  await Promise.race([Promise.all(threads.map((worker) => worker.terminate())), enough]);
  clearTimeout(timer);
}

/** Waits for a thread's first message; from then on the thread keeps no process alive. */
function firstMessage(worker: Worker, noteEnd: (reason: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, reason?: unknown): void => {
      noteEnd(reason);
      clearTimeout(timer);
      reject(
        new BackendError(`simd: a worker thread did not start: ${why}.`, {
          hint: 'Start with fewer threads (--threads 1 needs no worker), or take another backend.',
          cause: reason,
        }),
      );
    };
    const timer = setTimeout(() => refuse(`no answer within ${patience / 1000} seconds`), patience);
    worker.once('message', () => {
      clearTimeout(timer);
      worker.unref();
      resolve();
    });
    worker.on('error', (error: unknown) => {
      refuse(error instanceof Error ? error.message : String(error), error);
    });
    worker.on('exit', (status) => refuse(`it ended with status ${status}`));
  });
}
