/**
 * Times our reader of Kaldi archives over a whole file and prints one line of JSON:
 * `node readArchive.mjs features.ark 5`.
 */
import { performance } from 'node:perf_hooks';
import { readEntries } from '@bnrnn/data-wsj-features/node';
import { median } from './summary.mjs';

const [file, reads] = process.argv.slice(2);

/** Reads everything once; the sum of all values, which compares readers, is not timed. */
async function readAll() {
  let [frames, sum, busy] = [0, 0, 0];
  let start = performance.now();
  for await (const { matrix } of readEntries(file, { kind: 'matrix' })) {
    busy += performance.now() - start;
    frames += matrix.rows;
    for (const value of matrix.data) sum += value;
    start = performance.now();
  }
  return { milliseconds: busy + performance.now() - start, frames, sum };
}

const { frames, sum } = await readAll();
const timed = [];
for (let i = 0; i < Number(reads); i++) timed.push((await readAll()).milliseconds);
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
const result = { milliseconds: median(timed), frames, sum, peakRssMiB, versions: {} };
process.stdout.write(`${JSON.stringify(result)}\n`);
