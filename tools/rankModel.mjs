/**
 * How long a step would take on more ranks than this machine can hold:
 *
 *     node tools/rankModel.mjs [--presets ptb-medium,ptb-medium-bn,ptb-large] [--rounds 3]
 *
 * Measures here: `bnrnn bench` of one thread with the whole batch and with parts of it (compute), two
 * ranks that add up numbers (`bnrnn doctor`), and steps of `bnrnn train` on one thread, on two threads
 * and on two ranks. Fits compute = fixed + each row, adds the model of a ring that sums gradients, and
 * writes `docs/results/ranks/README.md` and `model.json`. What it says of other numbers of ranks and of
 * networks is a projection, not a measurement. Leave the machine alone meanwhile: it takes about 6
 * minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine, root } from './peers/machine.mjs';
import { fitLine, stepOf } from './ranks/stepModel.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    presets: { type: 'string', default: 'ptb-medium,ptb-medium-bn,ptb-large' },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(flags.rounds);
const presets = flags.presets.split(',');

/** Networks by their nominal figures: latency of a message in seconds, bytes a second. */
const networks = [
  { name: '1 Gbit/s Ethernet', latency: 50e-6, bandwidth: 0.118e9 },
  { name: '10 Gbit/s Ethernet', latency: 20e-6, bandwidth: 1.18e9 },
  { name: '25 Gbit/s Ethernet', latency: 10e-6, bandwidth: 2.9e9 },
  { name: '100 Gbit/s InfiniBand', latency: 2e-6, bandwidth: 12e9 },
];
const rankCounts = [2, 4, 8, 16, 32, 64, 128, 256];

function bnrnn(...args) {
  const main = join(root, 'packages', 'cli', 'dist', 'main.js');
  const out = execFileSync(process.execPath, [main, ...args, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

const rowsOf = [32, 16, 8, 4];
const { presets: rows } = bnrnn('presets');
const { mpi } = bnrnn('doctor');

const measured = presets.map((preset) => {
  const { parameters, settings } = rows.find(({ name }) => name === preset);
  const points = rowsOf.map((batch) => {
    const args = ['--backend', 'simd', '--threads', '1', '--alone', '--steps', '5'];
    const runs = Array.from(
      { length: rounds },
      () => bnrnn('bench', preset, ...args, '--set', `data.batch=${batch}`).stepMilliseconds / 1000,
    );
    // What disturbs a step only adds.
    return { batch, seconds: Math.min(...runs) };
  });
  const time = Number(settings['data.time'].value);
  const layers = Number(settings['model.layers']?.value ?? 2);
  // Frame-wise statistics of W·x meet once forward and once backward in each layer, all steps together.
  const meetings = preset.includes('-bn') ? 2 * layers : 0;
  return { preset, parameters, time, meetings, points, fit: fitLine(points) };
});

/** Ways to train on this machine. */
const ways = {
  'one process, one thread': ['--threads', '1'],
  'one process, two threads': ['--threads', '2'],
  'two ranks of one thread': ['--threads', '1', '--ranks', '2'],
};

/** The median time between two steps of a short run, in seconds. */
function trainedStep(preset, way) {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-ranks-'));
  const out = join(folder, 'run');
  const short = ['--max-steps', '14', '--set', 'evaluation.maxBatches=1'];
  bnrnn('train', preset, '--backend', 'simd', '--data', 'glosses', ...short, ...way, '--out', out);
  const events = readFileSync(join(out, 'events.jsonl'), 'utf8').trim().split('\n');
  const at = events.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
  rmSync(folder, { recursive: true });
  const between = at.slice(4).map(({ at: now }, i) => (now - at[i + 3].at) / 1000);
  return median(between);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

for (const result of mpi.times === null ? [] : measured) {
  result.trained = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      result.trained[name].push(trainedStep(result.preset, way));
    }
  }
}

const batchOf = rowsOf[0];
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function tableOf({ preset, parameters, meetings, fit }) {
  const one = fit.fixed + fit.each * batchOf;
  const given = { fit, parameters, meetings };
  const line = (batchOn) => (network) => {
    const cells = rankCounts.map((ranks) => {
      if (batchOn(ranks) < ranks) return '';
      const seconds = stepOf({ ...given, ranks, rows: batchOn(ranks) / ranks, network });
      const rate = batchOn(ranks) / batchOf / seconds;
      return number(rate * one);
    });
    return `| ${network.name} | ${cells.join(' | ')} |`;
  };
  const head = [
    `| ranks | ${rankCounts.join(' | ')} |`,
    `| --- | ${rankCounts.map(() => '---:').join(' | ')} |`,
  ];
  return `### ${preset}

${parameters.toLocaleString('en')} parameters: ${number((parameters * 4) / 1e6)} MB of gradients. One thread takes ${number(one * 1000)} ms
for ${batchOf} rows: ${number(fit.fixed * 1000)} ms fixed and ${number(fit.each * 1000)} ms for each row.

The batch of ${batchOf} rows split over the ranks, times one rank:

${[...head, ...networks.map(line(() => batchOf))].join('\n')}

${batchOf} rows on each rank, so that the batch grows, times one rank:

${[...head, ...networks.map(line((ranks) => batchOf * ranks))].join('\n')}
`;
}

const here =
  mpi.times === null
    ? 'No MPI was found here; nothing was measured of it.'
    : `Two ranks here (${mpi.library}): ${number(mpi.times.latencyMicroseconds)} µs for a small sum, ${number(mpi.times.gigabytesPerSecond)} GB/s for a large one.`;
const where = machine();

/** The steps that were measured here, beside what the model says of two ranks with the sums of this machine. */
function measuredTable() {
  const rowsHere = measured.filter(({ trained }) => trained !== undefined);
  if (rowsHere.length === 0) return 'Nothing was trained on two ranks here.';
  const { latencyMicroseconds, gigabytesPerSecond } = mpi.times;
  const network = { latency: latencyMicroseconds / 1e6, bandwidth: gigabytesPerSecond * 1e9 };
  const names = Object.keys(ways);
  const lines = rowsHere.map(({ preset, trained, fit, parameters, meetings }) => {
    const [one, threads, ranks] = names.map((name) => median(trained[name]));
    const model = stepOf({ fit, parameters, meetings, ranks: 2, rows: batchOf / 2, network });
    const times = [one, threads, ranks, model].map((seconds) => number(seconds * 1000));
    return `| ${preset} | ${times.join(' | ')} | ${(one / ranks).toFixed(2)} | ${(threads / ranks).toFixed(2)} |`;
  });
  const head = [...names, 'the model of two ranks'].map((name) => `${name}, ms`);
  return [
    `| preset | ${head.join(' | ')} | one thread / ranks | two threads / ranks |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}
const page = `# Steps on more ranks: measured and projected

Only what stands under "Measured here" and the step of one thread were measured, on this machine:

${machineLine(where)}
${here}

The model: a step takes the compute of its rows, \`fixed + rows · each\`, one sum of all gradients
over a ring, \`2·(N − 1)/N · bytes / bandwidth + 2·(N − 1) · latency\`, and one small sum for each
meeting of the statistics. Nothing overlaps, as in the program. Each rank has one thread of this
processor. The networks have nominal figures.

## Measured here

Medians of ${rounds} short runs of \`bnrnn train\` in turn. In the last two columns above 1 means that two ranks are faster.

${measuredTable()}

## Projected

${measured.map(tableOf).join('\n')}
## What limits it

- The batch of the paper has ${batchOf} rows. On 8 ranks a rank has 4 rows, and the fixed part of a step (the
  products read all weights, the update writes them) outweighs the rows.
- The gradients are as large as the model. On 1 Gbit/s their sum takes as long as a step of one rank.
- Larger batches use more ranks, and need rates chosen anew: the second tables say nothing of how
  fast a model learns.
- Next: sums that overlap with the backward pass, gradients in half precision, and NCCL for GPUs.

Command: \`node tools/rankModel.mjs --presets ${presets.join(',')} --rounds ${rounds}\`
`;
const folder = join(root, 'docs', 'results', 'ranks');
mkdirSync(folder, { recursive: true });
await writePage(join(folder, 'README.md'), page);
const json = { machine: where, mpi, networks, measured };
writeFileSync(join(folder, 'model.json'), `${JSON.stringify(json, null, 2)}\n`);
process.stdout.write(page);
