/**
 * One contestant's process: multiplies matrices of some shapes over and over through tfjs's `matMul` and prints, as
 * a line of JSON, the milliseconds of one product of each: `node process.mjs REQUEST`.
 *
 * The request names the backend, its threads, the shapes, for how long to multiply each, and the time of day at which
 * to begin, so that two processes can multiply the same shape at the same time. Until then it multiplies to warm up.
 */
import { performance } from 'node:perf_hooks';
import { dispose, matMul, tensor2d } from '@tensorflow/tfjs-core';
import { median } from '../peers/summary.mjs';
import { startBackend } from '../startBackend.mjs';

const {
  backend,
  threads,
  blas,
  shapes,
  milliseconds,
  start = Infinity,
} = JSON.parse(process.argv[2]);
const info = await startBackend(backend, backend === 'simd' ? { threads } : {});
if (blas && info.blas === null) throw new Error('no BLAS was found');

const products = shapes.map(({ m, k, n, transposeB }) => {
  const a = tensor2d(numbers(m * k, 1), [m, k]);
  const b = tensor2d(numbers(k * n, 2), transposeB ? [n, k] : [k, n]);
  return () => matMul(a, b, false, transposeB);
});
const samples = await Promise.all(products.map(sampleOf));
const ready = Date.now();
if (ready > start) throw new Error(`was ready ${ready - start} ms after the start`);

const measured = products.map((product, i) => {
  const begin = start + 2 * i * milliseconds;
  callUntil(begin, product);
  return median(callUntil(begin + milliseconds, product));
});
const { versions } = info;
process.stdout.write(
  `${JSON.stringify({ milliseconds: measured, samples, blas: info.blas, versions })}\n`,
);
process.exit();

/** The milliseconds of each call; what it returns is dropped in between. */
function callUntil(end, product) {
  const times = [];
  do {
    const before = performance.now();
    const result = product();
    times.push(performance.now() - before);
    dispose(result);
  } while (Date.now() < end);
  return times;
}

/** Some numbers of a product, to compare the contestants by. */
async function sampleOf(product) {
  const result = product();
  const values = await result.data();
  dispose(result);
  return Array.from({ length: 8 }, (_, i) => values[Math.floor((i * (values.length - 1)) / 7)]);
}

/** Numbers from -0.5 to 0.5. */
function numbers(length, seed) {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
