/**
 * A worker of `simd` that ends in one way or another, in a process of its own from the built packages: prints what
 * the calling thread throws, how many seconds after it ran on, and what still works. Argument: how it ends.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as ops from '@bnrnn/tensor-backend';
import { simdBackend } from '@bnrnn/tensor-backend-simd';
import * as tf from '@tensorflow/tfjs-core';

const [, , way] = process.argv;
const threads = createRequire(import.meta.url)('node:worker_threads');
const started = [];
threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    super(file, options);
    if (/worker\.js$/.test(String(file))) started.push(this);
  }
};
syncBuiltinESMExports();

await ops.startBackend(simdBackend, { threads: 3, memoryMiB: 64 });
const { backend } = tf.engine();
const multiply = () =>
  tf.tidy(() => tf.matMul(tf.ones([256, 256]), tf.ones([256, 256])).dataSync()[0]);
const before = multiply();

const signals = new Int32Array(backend.view(backend.allocate([1])).buffer, 0, 16);
if (way === 'no such program') {
  // What no try of the worker's encloses: it leaves its loop.
  Atomics.store(signals, 5, 1_000_000);
  Atomics.store(signals, 1, 0);
  Atomics.add(signals, 0, 1);
  Atomics.notify(signals, 0);
  // Time to read it, before a next program's number stands there.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
} else {
  // Not awaited: nothing of what follows lets the calling thread hear of an event.
  void started[1].terminate();
}
const from = performance.now();
let thrown;
while (thrown === undefined && performance.now() - from < 20_000) {
  try {
    multiply();
  } catch (error) {
    thrown = error;
  }
}
const seconds = (performance.now() - from) / 1000;
let again;
try {
  multiply();
} catch (error) {
  again = error.message;
}
process.on('SIGTERM', () => {
  const { name, message, hint } = thrown ?? {};
  process.stdout.write(JSON.stringify({ before, name, message, hint, seconds, again }));
  process.exit(0);
});
process.kill(process.pid, 'SIGTERM');
setTimeout(() => process.exit(1), 5000);
