import { parentPort, workerData } from 'node:worker_threads';
import { signalsOf } from '../threads/control';
import { sayEnded } from '../threads/ended';
import { serve } from '../pool/serve';
import { nodeProducts } from './makeProducts';
import type { WorkerData } from './workers';

/** The entry of a worker thread in Node. The line in its data stays open as long as the thread lives. */
const { seed } = workerData as WorkerData;
try {
  serve(seed, nodeProducts, () => parentPort?.postMessage('ready'));
} finally {
  sayEnded(signalsOf(seed.memory));
}
