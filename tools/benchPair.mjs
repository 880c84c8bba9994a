/**
 * How fast the training steps of two checkouts are beside one another:
 *
 *     node tools/benchPair.mjs --old CHECKOUT [--rounds 5] [--presets ptb-small,...]
 *
 * Runs `bnrnn bench --alone` of the other checkout and of this one in turn, both with the same BLAS
 * and threads, and writes `docs/results/bench/old-and-new.md` and `old-and-new.json`. Both checkouts
 * have to be built (`nx run-many -t bundle`). Leave the machine alone meanwhile: it takes about
 * 9 minutes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine, root } from './peers/machine.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    old: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    presets: {
      type: 'string',
      default: 'ptb-small,ptb-small-bn,ptb-small-cooijmans,ptb-medium-bn,wsj-birnn-bn',
    },
  },
});
if (flags.old === undefined) {
  process.stderr.write('benchPair: --old is missing, expected the folder of a built checkout.\n');
  process.exit(2);
}
const rounds = Number(flags.rounds);
const presets = flags.presets.split(',');
const checkouts = { old: resolve(flags.old), new: root };
const commits = Object.fromEntries(
  Object.entries(checkouts).map(([name, cwd]) => [
    name,
    execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim(),
  ]),
);

/** Milliseconds of one step of the checkout, and what it computed with. */
function step(checkout, preset) {
  const main = join(checkout, 'packages', 'cli', 'dist', 'main.js');
  const steps = preset.startsWith('wsj') ? '2' : '20';
  const args = [main, 'bench', preset, '--backend', 'simd', '--alone', '--steps', steps, '--json'];
  const out = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  return JSON.parse(out.trim().split('\n').at(-1));
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return (sorted[low] + sorted[high]) / 2;
};

const seconds = Object.fromEntries(presets.map((preset) => [preset, { old: [], new: [] }]));
const blas = new Set();
for (let round = 0; round < rounds; round++) {
  for (const preset of presets) {
    // The order changes from round to round: what warms up or slows down meets both.
    for (const name of round % 2 === 0 ? ['old', 'new'] : ['new', 'old']) {
      const result = step(checkouts[name], preset);
      seconds[preset][name].push(result.stepMilliseconds);
      blas.add(result.blas);
    }
  }
}

const rows = presets.map((preset) => {
  const { old, new: now } = seconds[preset];
  const ratios = now.map((value, i) => value / old[i]);
  return { preset, old, new: now, ratios, ratio: median(ratios) };
});
const where = machine();
const table = [
  `| preset | ${commits.old}, ms | ${commits.new}, ms | new / old, median | lowest | highest |`,
  '| --- | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(({ preset, old, new: now, ratios, ratio }) =>
    [
      '',
      preset,
      median(old).toFixed(1),
      median(now).toFixed(1),
      ratio.toFixed(3),
      Math.min(...ratios).toFixed(3),
      Math.max(...ratios).toFixed(3),
      '',
    ]
      .join(' | ')
      .trim(),
  ),
];
const page = `# Steps of two commits

The steps of \`${commits.old}\` and of \`${commits.new}\` take turns, for ${rounds} rounds. A ratio below 1 means that
the newer commit is faster. Times are medians of the rounds.

${table.join('\n')}

${machineLine(where)}
The BLAS is ${[...blas].join('; ')}.

This page was written by \`node tools/benchPair.mjs --old CHECKOUT --rounds ${rounds}\`.
`;
const folder = join(root, 'docs', 'results', 'bench');
mkdirSync(folder, { recursive: true });
await writePage(join(folder, 'old-and-new.md'), page);
const json = { machine: where, commits, blas: [...blas], rounds, rows };
writeFileSync(join(folder, 'old-and-new.json'), `${JSON.stringify(json, null, 2)}\n`);
process.stdout.write(page);
