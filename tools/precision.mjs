/**
 * What rounding the operands of matrix products does to a trained model: trains a preset with the same seeds in each
 * precision, and writes the paired differences of the validation loss from float32 to docs/results/precision. float32 on
 * another number of threads, whose sums round otherwise, tells what rounding alone comes to:
 *
 *   node tools/precision.mjs --preset ptb-small-tiny --data glosses --seeds 10 --runs runs/precision
 *
 * Runs that have ended in the folder are kept. `--float32 docs/results/ptb-small/ptb-small-seed-` takes the runs of
 * float32 from the folders that begin so and end with a seed. They are trained again then, on this machine with its
 * library, in place of another number of threads. Needs `npx nx run @bnrnn/cli:bundle`, a processor with AMX or
 * AVX-512 BF16, and its library: MKL on Intel, oneDNN on AMD.
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
import { writePage } from './writePage.mjs';

/**
 * What is compared with the first one; the folders of its runs begin with `folder`. Where `beside` stands, only
 * beside new or kept runs of float32.
 */
const allArms = [
  { name: 'float32', folder: 'float32', precision: 'float32', threads: '1' },
  {
    ...{ name: 'float32, 2 threads', folder: 'float32-on-2-threads', beside: 'new' },
    ...{ precision: 'float32', threads: '2' },
  },
  {
    ...{ name: 'float32, again', folder: 'float32-again', beside: 'kept' },
    ...{ precision: 'float32', threads: '1' },
  },
  { name: 'bf16x3', folder: 'bf16x3', precision: 'bf16x3', threads: '1' },
  { name: 'bf16', folder: 'bf16', precision: 'bf16', threads: '1' },
];

const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'ptb-small-tiny' },
    data: { type: 'string', default: 'glosses' },
    seeds: { type: 'string', default: '10' },
    runs: { type: 'string', default: 'runs/precision' },
    float32: { type: 'string' },
  },
});
const { preset, data, runs } = values;
const float32 = values.float32 === undefined ? 'new' : 'kept';
const arms = allArms.filter(({ beside = float32 }) => beside === float32);
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, i) => i + 1);
if (seeds.length < 2) refuse('--seeds is 1, expected at least 2: a difference needs an interval');

const losses = arms.map((arm) => seeds.map((seed) => lossOf(arm, seed)));
const rows = arms.map(({ name }, index) => {
  const own = losses[index];
  const differences = own.map((loss, i) => loss - losses[0][i]);
  return {
    name,
    losses: own,
    ...summaryOf(own),
    ...(index > 0 && {
      difference: { ...summaryOf(differences), interval: meanInterval(differences) },
    }),
  };
});
const configs = arms.flatMap((arm) =>
  seeds.map((seed) => JSON.parse(readFileSync(join(folderOf(arm, seed), 'config.json'), 'utf8'))),
);
const only = (field) =>
  [...new Set(configs.map((config) => config[field]))].filter(Boolean).join(', ');
const result = {
  command: commandLine(),
  machine: machine(),
  commits: only('commit'),
  blas: only('blas'),
  preset,
  data,
  seeds,
  rows,
};
const folder = `${root}docs/results/precision`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/${preset}.json`, `${JSON.stringify(result, null, 1)}\n`);
await writePage(`${folder}/${preset}.md`, renderPrecision(result));
process.stderr.write(`docs/results/precision/${preset}.md\n`);

/** The last validation loss of a run in nats per target; trains it where it has not ended. */
function lossOf(arm, seed) {
  const run = folderOf(arm, seed);
  const file = join(run, 'result.json');
  if (!existsSync(file)) train(arm, seed, run);
  const { evaluations } = JSON.parse(readFileSync(file, 'utf8'));
  return evaluations.find(({ split }) => split === 'valid').nllPerUnit;
}

function train({ precision, threads }, seed, run) {
  rmSync(run, { recursive: true, force: true });
  process.stderr.write(`${run}\n`);
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

function folderOf({ folder: name }, seed) {
  if (name === 'float32' && values.float32 !== undefined) return `${values.float32}${seed}`;
  return join(runs, `${name}-${seed}`);
}

function summaryOf(numbers) {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (numbers.length - 1)) };
}
