/**
 * Where a step of one of several ranks spends its time:
 *
 *     mpiexec -n 2 node tools/profileRanks.mjs ptb-medium-bn      # of ranks
 *     node tools/profileRanks.mjs ptb-medium-bn --threads 2       # of one process
 *
 * Trains on synthetic words with the simd backend and tells, for each rank and step, the milliseconds of each program of
 * the backend, of the sums over ranks, and of waiting for the other ranks before them. A meeting is added before each sum
 * to tell the two apart. Medians over steps of a step; means of its parts. Build the bundles before.
 *
 * Each process prints one line of JSON. `--page FILE` trains nothing: it takes a file of such lines and writes
 * `docs/results/ranks/profile.md` and `profile.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { alone } from '@bnrnn/core';
import {
  completeRun,
  loadCorpus,
  readOverride,
  resolveRun,
  runBatches,
  tasks,
  trainingPlan,
} from '@bnrnn/experiments';
import { launchOf, startMpi } from '@bnrnn/mpi';
import { modelFromSpec } from '@bnrnn/recurrent';
import { train } from '@bnrnn/training';
import { engine } from '@tensorflow/tfjs-core';
import { machine, root } from './peers/machine.mjs';
import { profilePage } from './ranks/profilePage.mjs';
import { startBackend } from './startBackend.mjs';
import { writePage } from './writePage.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '14' },
    batch: { type: 'string', default: '32' },
    /** Times whole steps alone: what is timed inside costs time. */
    plain: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});
if (flags.page !== undefined) {
  const lines = readFileSync(flags.page, 'utf8').trim().split('\n');
  const found = { machine: machine(), runs: lines.map((line) => JSON.parse(line)) };
  const folder = join(root, 'docs', 'results', 'ranks');
  writeFileSync(join(folder, 'profile.json'), `${JSON.stringify(found, null, 1)}\n`);
  await writePage(join(folder, 'profile.md'), profilePage(found));
  process.exit(0);
}
const [preset = 'ptb-medium-bn'] = positionals;
const warmUp = 4;

const spent = new Map();
const add = (name, milliseconds, bytes = 0) => {
  const before = spent.get(name) ?? { times: 0, milliseconds: 0, bytes: 0 };
  spent.set(name, {
    times: before.times + 1,
    milliseconds: before.milliseconds + milliseconds,
    bytes: before.bytes + bytes,
  });
};
const timed = (name, work, bytes) => {
  const began = performance.now();
  const result = work();
  add(name, performance.now() - began, bytes);
  return result;
};

/** The same collective, with each wait and each sum timed. */
function watched(collective) {
  const meeting = new Float64Array(1);
  return {
    ...collective,
    sum(values) {
      const kind = values.byteLength > 60_000 ? 'large' : 'small';
      timed(`wait before a ${kind} sum`, () => collective.sum(meeting));
      timed(`${kind} sum`, () => collective.sum(values), values.byteLength);
    },
  };
}

const ranks = launchOf(process.env) === undefined ? undefined : startMpi();
const collective = ranks ?? alone;
const backend = await startBackend('simd', { threads: Number(flags.threads) });
if (!flags.plain) {
  const { pool } = engine().backend;
  const run = pool.run.bind(pool);
  pool.run = (name, given) => timed(`program ${name}`, () => run(name, given));
}

const draft = resolveRun(tasks.language, {
  preset,
  data: 'synthetic',
  overrides: [readOverride(`data.batch=${flags.batch}`)],
});
const corpus = await loadCorpus('synthetic', draft.settings);
const config = completeRun(draft, { backend: backend.name, corpus: corpus.info });
const model = modelFromSpec(tasks.language.modelSpec(draft.settings, { classes: 10_000 }), {
  seed: 1,
});
const source = runBatches(draft.settings, corpus, 'train');
const run = train({
  ...trainingPlan(config, { train: source, valid: source }),
  ...{ evaluation: undefined, model, now: () => performance.now() },
  collective: flags.plain ? collective : watched(collective),
  maxSteps: Number(flags.steps),
});
const steps = [];
let last = 0;
for await (const event of run) {
  if (event.type !== 'step') continue;
  const now = performance.now();
  if (event.step > warmUp) steps.push(now - last);
  if (event.step === warmUp) spent.clear();
  last = now;
}
steps.sort((a, b) => a - b);
const rounded = (value) => Number(value.toFixed(1));
const parts = [...spent]
  .map(([name, { times, milliseconds, bytes }]) => ({
    name,
    times: times / steps.length,
    milliseconds: rounded(milliseconds / steps.length),
    ...(bytes > 0 && { megabytes: rounded(bytes / steps.length / 1e6) }),
  }))
  .toSorted((a, b) => b.milliseconds - a.milliseconds);
const { rank, size } = collective;
const found = {
  ...{ preset, batch: Number(flags.batch), threads: Number(flags.threads), rank, size },
  commit: machine().commit,
  ...{ fastest: rounded(steps[0]), step: rounded(steps[steps.length >> 1]) },
  ...(!flags.plain && { parts: parts.filter(({ milliseconds }) => milliseconds >= 0.3) }),
};
process.stdout.write(`${JSON.stringify(found)}\n`);
ranks?.finalize();
process.exit(0);
