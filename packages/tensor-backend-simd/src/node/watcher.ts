import { parentPort, workerData } from 'node:worker_threads';
import { signalsOf } from '../threads/control';
import { sayEnded } from '../threads/ended';
import type { WatcherData } from './workers';

/** The entry of the thread that watches over the workers: a line that closes is a worker that ended. */
const { memory, lines } = workerData as WatcherData;
const signals = signalsOf(memory);
for (const line of lines) {
  line.on('close', () => sayEnded(signals));
  // Open lines keep this thread alive.
  line.ref();
  line.start();
}
parentPort?.postMessage('ready');
