/**
 * Times the matrix product of `simd` without a BLAS beside that of tfjs's wasm backend (XNNPACK), in turn on the same
 * cores, and writes a table to docs/results/bench:
 *
 *   node tools/products.mjs --rounds 5
 *
 * `simd` runs with one and two threads, without and with a BLAS, and twice at once with one thread each: what two
 * threads could reach on this machine. Needs `npm run build`; run it while nothing else computes.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { refuse, whole } from './peers/arguments.mjs';
import { machine } from './peers/machine.mjs';
import { measure } from './peers/measure.mjs';
import { commandLine, writeResults } from './peers/results.mjs';
import { bounds, renderProducts, summarizeProducts } from './products/table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    milliseconds: { type: 'string', default: '80' },
    name: { type: 'string', default: 'products' },
  },
});
const rounds = whole('rounds', values.rounds);
const milliseconds = whole('milliseconds', values.milliseconds);
const child = fileURLToPath(new URL('products/process.mjs', import.meta.url));

/** op(A) is [m, k], op(B) is [k, n]; the first two have bounds. */
const shapes = [
  { m: 512, k: 512, n: 512, transposeB: false },
  { m: 20, k: 650, n: 2600, transposeB: false },
  { m: 20, k: 200, n: 800, transposeB: false },
  { m: 20, k: 2600, n: 650, transposeB: true },
];
const own = { backend: 'simd', blas: false, environment: { BNRNN_BLAS: 'none' } };
const blas = { backend: 'simd', blas: true, environment: {} };
const contestants = {
  wasm: { backend: 'wasm', blas: false, threads: 1, environment: {} },
  own: { ...own, threads: 1 },
  own2: { ...own, threads: 2 },
  ownTwice: { ...own, threads: 1, processes: 2 },
  blas: { ...blas, threads: 1 },
  blas2: { ...blas, threads: 2 },
};
/** From a process's start to its first measurement: in the first second, two threads are often hardly faster than one. */
const startMilliseconds = 2200;

const names = Object.keys(contestants);
const raw = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(turn + round) % names.length];
    raw[name][round] = await ask(contestants[name]);
    const times = raw[name][round].map((each) =>
      (each.milliseconds ?? []).map((time) => time.toFixed(3)).join(' '),
    );
    process.stderr.write(`round ${round + 1} ${name}: ${times.join(', ')} ms\n`);
  }
}
const run = { command: commandLine(), machine: machine(), rounds, milliseconds, shapes, raw };
const summary = summarizeProducts(run);
await writeResults(values.name, { ...run, summary }, renderProducts(run, summary));
const missed = summary
  .slice(0, 2)
  .filter(
    ({ perThread, twoThreads }) =>
      perThread.median < bounds.perThread || twoThreads.median < bounds.twoThreads,
  );
if (missed.length > 0) process.exitCode = 1;

/** What the contestant's process measured, or its processes, which multiply at the same time. */
async function ask({ environment, processes = 1, ...contestant }) {
  const start = Date.now() + startMilliseconds;
  const request = JSON.stringify({ ...contestant, shapes, milliseconds, start });
  const asked = { command: process.execPath, args: [child, request], environment };
  const results = await Promise.all(
    Array.from({ length: processes }, () => measure(asked, Infinity)),
  );
  const failed = results.find((result) => result.failed !== undefined && !contestant.blas);
  if (failed !== undefined) refuse(`${contestant.backend} failed: ${failed.failed}`);
  return results;
}
