/** What `tools/profileStep.mjs` puts around the threads of `simd`: sums of times, in shared memory. */
import { kernelParameters } from '../../packages/tensor-backend-simd/src/threads/kernels';
import { makeThread as makeThreadItself } from '../../packages/tensor-backend-simd/src/pool/makeThread.ts?itself';
import {
  programNames,
  programs as programsThemselves,
} from '../../packages/tensor-backend-simd/src/programs/index.ts?itself';

export { programNames };

/** What a thread does inside of a program; `whole` is the program. */
export const parts = [
  ...['whole', 'product', 'stepProduct', 'prepare', 'insideProducts', 'barrier'],
  ...Object.keys(kernelParameters),
];

/** Where no tensor of a small model comes: in the middle of the memory. */
const roomBytes = 2 ** 20;

/** Of each program and part: milliseconds, then calls. */
export function sumsOf(memory, part) {
  const { buffer } = memory;
  const start = buffer.byteLength / 2 + part * roomBytes;
  return new Float64Array(buffer, start, programNames.length * parts.length * 2);
}

const timesOf = new WeakMap();

export function makeThread(seed, products) {
  const times = { sums: sumsOf(seed.memory, seed.part), program: 0 };
  const made = makeThreadItself(seed, {
    ...products,
    // What products copy and convert on the way is a part of their time.
    makeProducts: (own, kernels) =>
      products.makeProducts(
        own,
        timedKernels(kernels, times, () => 'insideProducts'),
      ),
  });
  const { thread } = made;
  const timed = timedThread(thread, times);
  if (thread.half) timed.half = { ...thread.half, thread: timedThread(thread.half.thread, times) };
  return { ...made, thread: timed };
}

function around(times, part, run) {
  const index = parts.indexOf(part);
  return (...values) => {
    const start = performance.now();
    try {
      return run(...values);
    } finally {
      add(times, times.program, index, performance.now() - start);
    }
  };
}

function timedKernels(kernels, times, partOf = (name) => name) {
  const timed = {};
  for (const [name, kernel] of Object.entries(kernels)) {
    timed[name] = typeof kernel === 'function' ? around(times, partOf(name), kernel) : kernel;
  }
  return timed;
}

function timedThread(thread, times) {
  const prepare = around(times, 'prepare', thread.stepProduct);
  const timed = {
    ...thread,
    kernels: timedKernels(thread.kernels, times),
    product: around(times, 'product', thread.product),
    ...(thread.bfloatProduct && {
      bfloatProduct: around(times, 'product', thread.bfloatProduct),
    }),
    stepProduct: (operands) => around(times, 'stepProduct', prepare(operands)),
    barrier: around(times, 'barrier', thread.barrier),
  };
  timesOf.set(timed, times);
  return timed;
}

function add({ sums }, program, part, milliseconds) {
  const at = (program * parts.length + part) * 2;
  sums[at] += milliseconds;
  sums[at + 1] += 1;
}

export const programs = Object.fromEntries(
  programNames.map((name, index) => {
    const itself = programsThemselves[name];
    const run = (thread, given) => {
      const times = timesOf.get(thread);
      times.program = index;
      const start = performance.now();
      itself.run(thread, given);
      add(times, index, 0, performance.now() - start);
    };
    return [name, { ...itself, run }];
  }),
);
