/**
 * What rounding the operands of matrix products does to a trained model: trains a preset with the same seeds in each
 * precision, and writes the paired differences of the validation loss from float32 to docs/results/precision:
 *
 *   node tools/precision.mjs --preset ptb-small-tiny --data glosses --seeds 10 --runs runs/precision
 *
 * Runs that have ended in the folder are kept. Needs `npx nx run @bnrnn/cli:bundle`, MKL, and a processor with AMX or
 * AVX-512 BF16.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { meanInterval } from '@bnrnn/reporting';
import { refuse, whole } from './peers/arguments.mjs';
import { machine, root } from './peers/machine.mjs';
import { commandLine } from './peers/results.mjs';
import { renderPrecision } from './precision/renderPrecision.mjs';

const precisions = ['float32', 'bf16x3', 'bf16'];

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'ptb-small-tiny' },
    data: { type: 'string', default: 'glosses' },
    seeds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '1' },
    runs: { type: 'string', default: 'runs/precision' },
  },
});
const { preset, data, runs } = values;
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, i) => i + 1);
if (seeds.length < 2) refuse('--seeds is 1, expected at least 2: a difference needs an interval');
const threads = String(whole('threads', values.threads));

const losses = Object.fromEntries(
  precisions.map((precision) => [precision, seeds.map((seed) => lossOf(precision, seed))]),
);
const [blas, cpu] = [configOf('float32', 1).blas, machine()];
const rows = precisions.map((precision) => {
  const own = losses[precision];
  const differences = own.map((loss, i) => loss - losses.float32[i]);
  return {
    precision,
    ...summaryOf(own),
    ...(precision !== 'float32' && {
      difference: { ...summaryOf(differences), interval: meanInterval(differences) },
    }),
  };
});
const result = { command: commandLine(), machine: cpu, blas, preset, data, seeds, rows, losses };
const folder = `${root}docs/results/precision`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/${preset}.json`, `${JSON.stringify(result, null, 1)}\n`);
writeFileSync(`${folder}/${preset}.md`, renderPrecision(result));
process.stderr.write(`docs/results/precision/${preset}.md\n`);

/** The last validation loss of a run in nats a unit; trains it where it has not ended. */
function lossOf(precision, seed) {
  const run = folderOf(precision, seed);
  const file = join(run, 'result.json');
  if (!existsSync(file)) train(precision, seed, run);
  const { evaluations } = JSON.parse(readFileSync(file, 'utf8'));
  return evaluations.find(({ split }) => split === 'valid').nllPerUnit;
}

function train(precision, seed, run) {
  rmSync(run, { recursive: true, force: true });
  process.stderr.write(`${preset} ${precision} seed ${seed}\n`);
  const { status } = spawnSync(
    process.execPath,
    [
      ...[`${root}packages/cli/dist/main.js`, 'train', preset, '--data', data, '--out', run],
      ...['--seed', String(seed), '--precision', precision, '--threads', threads],
    ],
    { stdio: ['ignore', 'ignore', 2] },
  );
  if (status !== 0) refuse(`the run in ${run} failed, see above`);
}

function folderOf(precision, seed) {
  return join(runs, `${precision}-${seed}`);
}

function configOf(precision, seed) {
  return JSON.parse(readFileSync(join(folderOf(precision, seed), 'config.json'), 'utf8'));
}

function summaryOf(numbers) {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (numbers.length - 1)) };
}
