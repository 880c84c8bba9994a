/**
 * `node tools/supportMatrix/askBackend.mjs BACKEND`: runs each op forward and backward on one backend and
 * prints which ran on a kernel, which on the fallback, and which not at all, as JSON.
 */
import tf from '@tensorflow/tfjs-core';
import { startKernelLog } from '@bnrnn/tensor-backend';
import { startBackend } from '../startBackend.mjs';
import { opCases } from './opCases.mjs';

const info = await startBackend(process.argv[2]);
const support = {};
for (const { op, inputs, run, step } of opCases) {
  const log = startKernelLog();
  let ran;
  try {
    const results =
      step === undefined
        ? tf.grads((...given) => tf.sum(tf.square(run(...given))))(inputs())
        : [step()].filter(Boolean);
    const values = await Promise.all(results.map((result) => result.data()));
    const isFinite = values.every((list) => list.every(Number.isFinite));
    ran = log.stop().some((entry) => entry.ran === 'fallback') ? 'fallback' : 'kernel';
    if (!isFinite) ran = 'missing';
  } catch {
    log.stop();
    ran = 'missing';
  }
  // An op with two cases has what the lesser of them has.
  const order = ['missing', 'fallback', 'kernel'];
  const before = support[op] ?? 'kernel';
  support[op] = order[Math.min(order.indexOf(before), order.indexOf(ran))];
}
console.log(`\n${JSON.stringify({ info, support })}`);
process.exit(0);
