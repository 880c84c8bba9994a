import { Worker } from 'node:worker_threads';

/** Watches calls that block this thread: nothing else of the process can run while they do. */
export interface Watchdog {
  /** A call starts; `sentence` says what it is for the reader of a time-out. */
  starts(sentence: string): void;
  /** The call came back. */
  ends(): void;
  stop(): void;
}

const longestSentence = 400;

/**
 * Ends the process where a call blocks for longer than `seconds`, after one sentence on standard error. The engine that
 * started the process then ends the others.
 *
 * A thread of its own looks at a clock in shared memory. Where threads are forbidden (Node's permission model) nothing is
 * watched.
 */
export function startWatchdog(seconds: number): Watchdog {
  const memory = new SharedArrayBuffer(16 + longestSentence);
  const clock = new BigInt64Array(memory, 0, 1);
  const length = new Int32Array(memory, 8, 1);
  const text = new Uint8Array(memory, 16);
  const worker = startWorker(memory);
  let written: string | undefined;
  return {
    starts(sentence) {
      if (sentence !== written) {
        const bytes = new TextEncoder().encode(sentence.slice(0, longestSentence / 2));
        text.set(bytes);
        length[0] = bytes.length;
        written = sentence;
      }
      Atomics.store(clock, 0, BigInt(Math.round(Date.now() + 1000 * seconds)));
    },
    ends: () => void Atomics.store(clock, 0, 0n),
    stop: () => void worker?.terminate(),
  };
}

/** Plain JavaScript: a bundle has no file for it. */
const program = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const clock = new BigInt64Array(workerData, 0, 1);
const length = new Int32Array(workerData, 8, 1);
setInterval(() => {
  const until = Atomics.load(clock, 0);
  if (until === 0n || BigInt(Date.now()) < until) return;
  try {
    writeSync(2, Buffer.concat([Buffer.from(new Uint8Array(workerData, 16, length[0])), Buffer.from('\\n')]));
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}, 200);
`;

function startWorker(workerData: SharedArrayBuffer): Worker | undefined {
  try {
    const worker = new Worker(program, { eval: true, workerData });
    worker.unref();
    return worker;
  } catch {
    return undefined;
  }
}
