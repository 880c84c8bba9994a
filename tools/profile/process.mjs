/** The process of `tools/profileStep.mjs`: some steps of a preset on timed threads; writes one JSON object. */
import { engine } from '@tensorflow/tfjs-core';
import { stepTimer } from '../../packages/experiments/src/bench/stepTimer';
import { timeProducts } from '../../packages/experiments/src/bench/timeProducts';
import { runTaskOfPreset } from '../../packages/cli/src/tasks/runTasks';
import { simdBackend } from '../../packages/tensor-backend-simd/src/index';
import { startBackend } from '@bnrnn/tensor-backend';
import { parts, programNames, sumsOf } from './timed.mjs';

const [preset, threads, steps, precision] = process.argv.slice(2);
const now = () => performance.now();
const backend = await startBackend(simdBackend, { threads: Number(threads), precision });
const facts = {
  ...{ backend, precision, tfjs: '', commit: '', command: '' },
  ...{ corpus: { name: 'random', files: [] } },
};
const { subject } = runTaskOfPreset(preset).bench(
  { preset, overrides: [], strategies: [] },
  {},
  facts,
);
const { pool } = engine().backend;
const memory = { buffer: engine().backend.view(engine().makeTensor([0], [1], 'float32')).buffer };
const sums = Array.from({ length: Number(threads) }, (_, part) => sumsOf(memory, part));

/** The calling thread's time in `pool.run` by program. */
const inPool = Object.fromEntries(programNames.map((name) => [name, { ms: 0, calls: 0 }]));
const run = pool.run;
pool.run = (name, given) => {
  const start = now();
  run(name, given);
  inPool[name].ms += now() - start;
  inPool[name].calls += 1;
};

const before = await timeProducts(subject.products, 2, now);
const timer = stepTimer(subject, now);
const start = now();
while (now() - start < 2500) await timer.step();
/** A step's time and what it adds to the sums. */
const taken = [];
const counts = () => ({
  threads: sums.map((each) => each.slice()),
  pool: structuredClone(inPool),
});
for (let step = 0; step < Number(steps); step++) {
  const first = counts();
  const ms = await timer.step();
  taken.push({ ms, first, last: counts() });
}
taken.sort((a, b) => a.ms - b.ms);
const fast = taken.slice(0, Math.ceil(taken.length / 4));
const mean = (of) => fast.reduce((sum, each) => sum + of(each), 0) / fast.length;
await timer.stop();
const after = await timeProducts(subject.products, 3, now);
const products = subject.products.map((product, k) => ({
  ...product,
  ms: product.count * Math.min(before[k], after[k]),
}));

const byThread = sums.map((_, thread) =>
  Object.fromEntries(
    programNames.flatMap((program, p) => {
      const own = parts.flatMap((part, i) => {
        const at = (p * parts.length + i) * 2;
        const of = (k) =>
          mean(({ first, last }) => last.threads[thread][k] - first.threads[thread][k]);
        const calls = of(at + 1);
        return calls === 0 ? [] : [[part, { ms: of(at), calls }]];
      });
      return own.length === 0 ? [] : [[program, Object.fromEntries(own)]];
    }),
  ),
);
const calling = Object.fromEntries(
  programNames.flatMap((name) => {
    const of = (key) => mean(({ first, last }) => last.pool[name][key] - first.pool[name][key]);
    return of('calls') === 0 ? [] : [[name, { ms: of('ms'), calls: of('calls') }]];
  }),
);
const result = {
  ...{ preset, threads: Number(threads), blas: backend.blas },
  ...{ median: taken[taken.length >> 1].ms, mean: mean(({ ms }) => ms) },
  ...{ products, calling, byThread },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
