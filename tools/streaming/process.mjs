/**
 * One of two processes that go through the same batches of an archive, and what it took, as a line of JSON:
 * `node process.mjs train|read REQUEST`. The first trains on them, the second only reads.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  completeRun,
  openSpeechCorpus,
  resolveRun,
  tasks,
  trainingBatches,
  trainingPlan,
} from '@bnrnn/experiments';
import { modelFromSpec } from '@bnrnn/recurrent';
import { train } from '@bnrnn/training';
import { startBackend } from '../startBackend.mjs';

const mode = process.argv[2];
const { preset, folder, steps } = JSON.parse(process.argv[3]);
const startRss = process.memoryUsage.rss();
const files = {
  train: join(folder, 'data', 'train'),
  dev: join(folder, 'data', 'dev'),
  alignments: [join(folder, 'exp', 'ali_train'), join(folder, 'exp', 'ali_dev')],
};
const draft = resolveRun(tasks.speech, { preset, data: files });
const now = () => performance.now();

const measured = mode === 'read' ? await readOnly() : await trainOn();
const mebibytes = {
  startRssMiB: startRss / 2 ** 20,
  peakRssMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify({ ...measured, ...mebibytes })}\n`);

async function trainOn() {
  const backend = await startBackend('auto');
  const { corpus, batches } = await openArchive();
  const log = [];
  const config = completeRun(draft, { backend: backend.name, corpus: corpus.info });
  const spec = tasks.speech.modelSpec(draft.settings, corpus.sizes);
  const model = modelFromSpec(spec, { seed: draft.seed });
  const plan = trainingPlan(config, { train: watched(batches, log), valid: batches });
  const computing = [];
  const start = now();
  for await (const event of train({ ...plan, evaluation: undefined, model, now })) {
    if (event.type === 'step') computing.push((1000 * event.units) / event.unitsPerSecond);
    if (computing.length === steps) break;
  }
  const milliseconds = now() - start;
  model.dispose();
  await corpus.close();
  const { name, blas, threads } = backend;
  return {
    backend: { name, blas, threads },
    milliseconds,
    computing,
    waiting: log.map(({ wait }) => wait),
    ...extent(corpus, log),
  };
}

async function readOnly() {
  const { corpus, batches } = await openArchive();
  const openRssMiB = process.memoryUsage.rss() / 2 ** 20;
  const log = [];
  const epoch = watched(batches, log).batches(0);
  while (log.length < steps && !(await epoch.next()).done);
  await epoch.return();
  await corpus.close();
  return { openRssMiB, waiting: log.map(({ wait }) => wait) };
}

async function openArchive() {
  const corpus = await openSpeechCorpus(files, { settings: draft.settings });
  return { corpus, batches: trainingBatches(draft, corpus) };
}

/** The same batches; how long each was waited for, its size and its keys are noted. */
function watched(source, log) {
  return {
    ...source,
    async *batches(epoch, from) {
      const batches = source.batches(epoch, from)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const start = now();
          const { value, done } = await batches.next();
          if (done) return;
          const { time, batch, keys, lengths } = value;
          const frames = lengths.reduce((sum, each) => sum + each, 0);
          log.push({ wait: now() - start, time, batch, frames, keys });
          yield value;
        }
      } finally {
        await batches.return?.();
      }
    },
  };
}

/** What the batches were taken of, and how far they lie apart in it. */
function extent({ sizes, train: { utterances, frames } }, log) {
  const places = new Map(utterances.map(({ key }, i) => [key, i / utterances.length]));
  const hundredths = log.flatMap(({ keys }) =>
    keys.map((key) => Math.floor(100 * places.get(key))),
  );
  const batches = log.map(({ time, batch, frames: real }) => ({ time, batch, frames: real }));
  return {
    utterances: utterances.length,
    frames,
    hundredthsRead: new Set(hundredths).size,
    shapes: { ...sizes, batches },
  };
}
