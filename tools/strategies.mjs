/**
 * What every strategy does to the first steps of training, and what it costs:
 *
 *     node tools/strategies.mjs [--steps 400] [--rounds 3] [--data glosses] [--presets ptb-small,...] [--runs DIR]
 *
 * Trains the small model with each strategy on W·x from the same weights and batches, times steps in
 * turn with `bnrnn bench`, and writes `docs/results/strategies`: the page, the curves and `losses.json`.
 * Finished runs in `runs/strategies` are taken as they are. Leave the machine alone meanwhile: it takes
 * about 15 minutes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine, root } from './peers/machine.mjs';
import { writePage } from './writePage.mjs';

const strategies = ['bn', 'layer', 'rms', 'weight', 'renorm', 'online', 'whiten', 'natural'];
const { values: flags } = parseArgs({
  options: {
    steps: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    data: { type: 'string', default: 'glosses' },
    runs: { type: 'string', default: join(root, 'runs', 'strategies') },
    presets: {
      type: 'string',
      default: ['ptb-small', ...strategies.map((name) => `ptb-small-${name}`)].join(','),
    },
  },
});
const presets = flags.presets.split(',');
const [baseline] = presets;
const rounds = Number(flags.rounds);
/** Steps at the end whose mean loss stands in the table, and those of one point in losses.json. */
const [lastSteps, pointSteps] = [50, 10];

function bnrnn(...args) {
  const main = join(root, 'packages', 'cli', 'dist', 'main.js');
  return execFileSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  });
}

const lastJson = (text) => JSON.parse(text.trim().split('\n').at(-1));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const folder = flags.runs;
const out = join(root, 'docs', 'results', 'strategies');
mkdirSync(out, { recursive: true });

const losses = Object.fromEntries(
  presets.map((preset) => {
    const run = join(folder, preset);
    const short = ['--max-steps', flags.steps, '--set', 'evaluation.maxBatches=20'];
    if (!existsSync(join(run, 'result.json'))) {
      bnrnn('train', preset, '--data', flags.data, '--seed', '1', ...short, '--out', run);
    }
    process.stderr.write(`trained ${preset}\n`);
    const events = readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n');
    const steps = events.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
    return [preset, steps.map(({ loss }) => loss)];
  }),
);
bnrnn('report', ...presets.map((preset) => join(folder, preset)), '--markdown', '--curves', out);
rmSync(join(out, 'validation.svg'), { force: true });

const benched = Object.fromEntries(presets.map((preset) => [preset, []]));
for (let round = 0; round < rounds; round++) {
  for (const preset of presets) {
    benched[preset].push(lastJson(bnrnn('bench', preset, '--alone', '--steps', '20', '--json')));
  }
  process.stderr.write(`timed round ${round + 1}\n`);
}

const end = (preset) => mean(losses[preset].slice(-lastSteps));
const rows = presets.map((preset) => {
  const of = benched[preset].map(({ stepMilliseconds }) => stepMilliseconds);
  const ratios = of.map((step, i) => step / benched[baseline][i].stepMilliseconds);
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const change = preset === baseline ? '' : (end(preset) - end(baseline)).toFixed(3);
  const cells = [end(preset).toFixed(3), change, median(of).toFixed(1)];
  return `| \`${preset}\` | ${cells.join(' | ')} | ${median(ratios).toFixed(2)} (${spread}) |`;
});
const where = machine();
const { backend, blas, threads } = benched[baseline][0];
await writePage(
  join(out, 'README.md'),
  `# The first ${flags.steps} steps of every strategy

Each run is the small model with one strategy on W·x.
All runs have seed 1, recipe \`authors-code\` and the corpus ${flags.data}: the same weights and the same
batches. One seed shows no more than a tendency. The loss is the mean of the last ${lastSteps} steps in nats
per word. A step is the median over the rounds (${rounds}) of \`bench --alone\` in turn. The last column is the
ratio of two steps of one round, as median and range.

| preset | training loss | minus \`${baseline}\` | step, ms | × a step of \`${baseline}\` |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

![training loss](training.svg)

\`losses.json\` has the mean loss of every ${pointSteps} steps.

${machineLine(where)} The backend is ${backend} with ${threads} threads; products: ${blas}. The commit is ${where.commit}.

Command: \`node tools/strategies.mjs --steps ${flags.steps} --rounds ${rounds} --data ${flags.data}\`
`,
);
const points = Object.fromEntries(
  presets.map((preset) => {
    const starts = losses[preset].filter((_, step) => step % pointSteps === 0).map((_, i) => i);
    const mean10 = (i) => mean(losses[preset].slice(i * pointSteps, (i + 1) * pointSteps));
    return [preset, starts.map((i) => Number(mean10(i).toFixed(4)))];
  }),
);
const steps = Object.fromEntries(
  presets.map((preset) => [preset, benched[preset].map((result) => result.stepMilliseconds)]),
);
writeFileSync(join(out, 'losses.json'), `${JSON.stringify({ machine: where, points, steps })}\n`);
