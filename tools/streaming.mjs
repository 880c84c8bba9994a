/**
 * Trains a frame classifier for some steps on batches from all over a large archive, and writes to docs/results/bench how
 * long the steps waited for data and how much memory the data set takes:
 *
 *   node tools/streaming.mjs --hours 152
 *
 * The archive is synthetic float features, 33 MB an hour of speech, in a temporary folder that is removed; `--data
 * FOLDER` takes one that `bnrnn features synthesize` wrote. Needs `npx nx run @bnrnn/cli:bundle`; run it while
 * nothing else computes.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { synthesizeSpeech } from '@bnrnn/data-wsj-features/node';
import { refuse, whole } from './peers/arguments.mjs';
import { machine } from './peers/machine.mjs';
import { measure } from './peers/measure.mjs';
import { commandLine, writeResults } from './peers/results.mjs';
import { bounds, renderStreaming, summarizeStreaming } from './streaming/table.mjs';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '152' },
    'median-frames': { type: 'string', default: '500' },
    steps: { type: 'string', default: '50' },
    preset: { type: 'string', default: 'wsj-birnn' },
    data: { type: 'string' },
    name: { type: 'string', default: 'streaming' },
  },
});
const steps = whole('steps', values.steps);
const medianFrames = whole('median-frames', values['median-frames']);
const hours = whole('hours', values.hours);
const child = fileURLToPath(new URL('streaming/process.mjs', import.meta.url));

const folder = values.data ?? mkdtempSync(`${tmpdir()}/bnrnn-streaming-`);
try {
  if (values.data === undefined) await synthesizeSpeech(folder, { hours, medianFrames, seed: 1 });
  const archives = join(folder, 'fbank');
  const sizes = readdirSync(archives)
    .filter((name) => name.startsWith('raw_fbank_train') && name.endsWith('.ark'))
    .map((name) => statSync(join(archives, name)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);

  const trained = await ask('train');
  const data = await ask('read');
  const run = {
    command: commandLine(),
    machine: machine(),
    preset: values.preset,
    archive: { archives: sizes.length, bytes },
    trained,
    data,
  };
  const summary = summarizeStreaming(run);
  await writeResults(values.name, { ...run, summary }, renderStreaming(run, summary));
  const { loadingShare, addedMiB } = summary;
  if (loadingShare > bounds.loadingShare || addedMiB > bounds.addedMiB) process.exitCode = 1;
} finally {
  if (values.data === undefined) rmSync(folder, { recursive: true });
}

/** Runs one of the two processes: see `streaming/process.mjs`. */
async function ask(mode) {
  const request = JSON.stringify({ preset: values.preset, folder, steps });
  const asked = { command: process.execPath, args: [child, mode, request], environment: {} };
  const result = await measure(asked, availableParallelism());
  if (result.failed !== undefined) refuse(`the ${mode} process failed: ${result.failed}`);
  return result;
}
