/**
 * How the time of a training step grows with time steps, rows, units, vocabulary and threads:
 *
 *     node tools/scaling.mjs [--rounds N] [--preset ptb-small]
 *
 * Runs `bnrnn bench` once for every point of every axis, in turn, N rounds (3 when absent). Takes the least of the
 * rounds, because what disturbs a step only adds, fits step = c · size^exponent to each axis and writes
 * `docs/results/scaling/README.md` and `scaling.json`. Leave the machine alone meanwhile: it takes about 6 minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { machine } from './peers/machine.mjs';
import { fitExponent } from './scaling/fitExponent.mjs';
import { renderScaling } from './scaling/renderScaling.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    preset: { type: 'string', default: 'ptb-small' },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(flags.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const cores = availableParallelism();

/** What is varied, the flag that varies it, and its sizes; everything else stays as the preset has it. */
const axes = [
  {
    name: 'time steps',
    symbol: 'T',
    flag: (n) => ['--set', `data.time=${n}`],
    sizes: [10, 20, 40, 80],
  },
  {
    name: 'rows of a batch',
    symbol: 'B',
    flag: (n) => ['--set', `data.batch=${n}`],
    sizes: [16, 32, 64, 128],
  },
  {
    name: 'units',
    symbol: 'H',
    flag: (n) => ['--set', `model.units=${n}`],
    sizes: [100, 200, 400, 800],
  },
  {
    name: 'vocabulary',
    symbol: 'V',
    flag: (n) => ['--vocabulary', String(n)],
    sizes: [5000, 10_000, 20_000, 40_000],
  },
  {
    name: 'threads',
    symbol: 'threads',
    flag: (n) => ['--threads', String(n)],
    sizes: powersUpTo(cores),
  },
];

const times = axes.map(({ sizes }) => sizes.map(() => []));
for (let round = 0; round < rounds; round++) {
  for (const [a, { symbol, flag, sizes }] of axes.entries()) {
    for (const [s, size] of sizes.entries()) {
      const { stepMilliseconds } = bench(flag(size));
      times[a][s].push(stepMilliseconds);
      process.stderr.write(
        `round ${round + 1} ${symbol}=${size}: ${stepMilliseconds.toFixed(1)} ms\n`,
      );
    }
  }
}

const table = axes.map(({ name, symbol, sizes }, a) => {
  const milliseconds = times[a].map((each) => Math.min(...each));
  return {
    name,
    symbol,
    sizes,
    milliseconds,
    exponent: fitExponent(sizes, milliseconds),
    raw: times[a],
  };
});
const command = `node tools/scaling.mjs --rounds ${rounds} --preset ${flags.preset}`;
const result = { command, preset: flags.preset, rounds, machine: machine(), table };
const folder = new URL('../docs/results/scaling/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('scaling.json', folder), `${JSON.stringify(result, null, 2)}\n`);
await writePage(fileURLToPath(new URL('README.md', folder)), renderScaling(result));

function bench(changed) {
  const args = [
    'tools/bnrnn.mjs',
    'bench',
    flags.preset,
    '--backend',
    'simd',
    '--steps',
    '10',
    '--json',
  ];
  const out = execFileSync(process.execPath, [...args, ...changed], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

function powersUpTo(limit) {
  const powers = [];
  for (let n = 1; n <= limit; n *= 2) powers.push(n);
  return powers;
}
