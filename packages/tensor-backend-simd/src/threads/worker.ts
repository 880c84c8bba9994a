import { parentPort, workerData } from 'node:worker_threads';
import { signalsOf } from './control';
import { sayEnded } from './ended';
import type { WorkerData } from './nodeWorkers';
import { serve } from './serve';

/** The entry of a worker thread in Node. The line in its data stays open as long as the thread lives. */
const { seed } = workerData as WorkerData;
try {
  serve(seed, () => parentPort?.postMessage('ready'));
} finally {
  sayEnded(signalsOf(seed.memory));
}
