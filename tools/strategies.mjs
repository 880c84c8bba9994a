/**
 * What every strategy does to the first steps of training, and what it costs:
 *
 *     node tools/strategies.mjs [--steps 400] [--rounds 3] [--data glosses] [--presets ptb-small,...] [--runs DIR]
 *       [--speech wsj-birnn-bn,...]
 *
 * Trains the small model with each strategy on W·x from the same weights and batches, times steps in
 * turn with `bnrnn bench`, those of the speech models too, and writes `docs/results/strategies`: the page, the curves and `losses.json`.
 * The costs stand in `docs/strategies.md` too. Finished runs in `runs/strategies` are taken as they are.
 * Leave the machine alone meanwhile: it takes about 15 minutes.
 *
 * With `--write-only` nothing runs: the pages are written again from `losses.json`.
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
    'write-only': { type: 'boolean', default: false },
    runs: { type: 'string', default: join(root, 'runs', 'strategies') },
    presets: {
      type: 'string',
      default: ['ptb-small', ...strategies.map((name) => `ptb-small-${name}`)].join(','),
    },
    speech: { type: 'string', default: 'wsj-birnn-bn,wsj-birnn-whiten' },
  },
});
const out = join(root, 'docs', 'results', 'strategies');
const record = join(out, 'losses.json');
/** Steps at the end whose mean loss stands in the table, and those of one point in losses.json. */
const [lastSteps, pointSteps] = [50, 10];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

function bnrnn(...args) {
  const main = join(root, 'packages', 'cli', 'dist', 'main.js');
  return execFileSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  });
}

/** Trains and times; gives what `losses.json` holds. */
function measure() {
  const { steps, data, runs } = flags;
  const presets = flags.presets.split(',');
  const short = ['--max-steps', steps, '--set', 'evaluation.maxBatches=20'];
  mkdirSync(out, { recursive: true });
  const points = presets.map((preset) => {
    const run = join(runs, preset);
    if (!existsSync(join(run, 'result.json'))) {
      bnrnn('train', preset, '--data', data, '--seed', '1', ...short, '--out', run);
    }
    process.stderr.write(`trained ${preset}\n`);
    const events = readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n');
    const all = events.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
    const losses = all.map(({ loss }) => loss);
    const starts = losses.flatMap((_, i) => (i % pointSteps === 0 ? [i] : []));
    return starts.map((i) => Number(mean(losses.slice(i, i + pointSteps)).toFixed(4)));
  });
  const folders = presets.map((preset) => join(runs, preset));
  bnrnn('report', ...folders, '--markdown', '--curves', out);
  rmSync(join(out, 'validation.svg'), { force: true });

  const benched = timeInTurn(presets, 20);
  const speech = timeInTurn(flags.speech.split(','), 2);
  const { backend, blas, threads } = benched[baselineOf(benched)][0];
  return {
    machine: machine(),
    settings: { steps: Number(steps), data, backend, threads, blas },
    points: Object.fromEntries(presets.map((preset, k) => [preset, points[k]])),
    steps: millisecondsOf(benched),
    speech: millisecondsOf(speech),
  };
}

/** What `bench` says of each preset in each round, by preset. */
function timeInTurn(presets, steps) {
  const benched = Object.fromEntries(presets.map((preset) => [preset, []]));
  for (let round = 1; round <= Number(flags.rounds); round++) {
    for (const preset of presets) {
      const line = bnrnn('bench', preset, '--alone', '--steps', String(steps), '--json').trim();
      benched[preset].push(JSON.parse(line.split('\n').at(-1)));
    }
    process.stderr.write(`timed round ${round} of ${presets.join(', ')}\n`);
  }
  return benched;
}

/** The preset that others are compared with: the first. */
function baselineOf(byPreset) {
  return Object.keys(byPreset)[0];
}

function millisecondsOf(benched) {
  const times = Object.entries(benched).map(([preset, rounds]) => [
    preset,
    rounds.map(({ stepMilliseconds }) => stepMilliseconds),
  ]);
  return Object.fromEntries(times);
}

const measured = flags['write-only'] ? JSON.parse(readFileSync(record, 'utf8')) : measure();
const { machine: where, settings, points, steps, speech } = measured;
const presets = Object.keys(points);
const baseline = baselineOf(points);
const rounds = steps[baseline].length;

const end = (preset) => mean(points[preset].slice(-lastSteps / pointSteps));
const change = (preset) => (preset === baseline ? '' : (end(preset) - end(baseline)).toFixed(3));
const ratio = (preset, times = steps) => {
  const ratios = times[preset].map((step, i) => step / times[baselineOf(times)][i]);
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return `${median(ratios).toFixed(2)} (${spread})`;
};
const rows = presets.map((preset) => {
  const cells = [end(preset).toFixed(3), change(preset), median(steps[preset]).toFixed(1)];
  return `| \`${preset}\` | ${cells.join(' | ')} | ${ratio(preset)} |`;
});
const speechRows = Object.keys(speech).map(
  (preset) => `| \`${preset}\` | ${median(speech[preset]).toFixed(0)} | ${ratio(preset, speech)} |`,
);
await writePage(
  join(out, 'README.md'),
  `# The first ${settings.steps} steps of every strategy

Each run is the small model with one strategy on W·x.
All runs have seed 1, recipe \`authors-code\` and the corpus ${settings.data}: the same weights and the same
batches. One seed shows no more than a tendency. The loss is the mean of the last ${lastSteps} steps in nats
per word. A step is the median over the rounds (${rounds}) of \`bench --alone\` in turn. The last column is the
ratio of two steps of one round, as median and range.

| preset | training loss | minus \`${baseline}\` | step, ms | × a step of \`${baseline}\` |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

![training loss](training.svg)

\`losses.json\` has the mean loss of every ${pointSteps} steps.

The speech models, whose statistics are sequence-wise, were timed in the same way:

| preset | step, ms | × a step of \`${baselineOf(speech)}\` |
| --- | ---: | ---: |
${speechRows.join('\n')}

${machineLine(where)} The backend is ${settings.backend} with ${settings.threads} threads; products: ${settings.blas}. The commit is ${where.commit}.

Command: \`node tools/strategies.mjs --steps ${settings.steps} --rounds ${rounds} --data ${settings.data}\`
`,
);

const page = join(root, 'docs', 'strategies.md');
const costs = presets.map((preset) => `| \`${preset}\` | ${ratio(preset)} | ${change(preset)} |`);
const table = `<!-- costs -->

Rounds of timing: ${rounds}. The loss is that of the last ${lastSteps} of ${settings.steps} steps, one seed.

| preset | × a step of \`${baseline}\` | training loss minus \`${baseline}\` |
| --- | ---: | ---: |
${costs.join('\n')}

| speech | × a step of \`${baselineOf(speech)}\` |
| --- | ---: |
${Object.keys(speech)
  .map((preset) => `| \`${preset}\` | ${ratio(preset, speech)} |`)
  .join('\n')}

<!-- end of costs -->`;
await writePage(
  page,
  readFileSync(page, 'utf8').replace(/<!-- costs -->[^]*<!-- end of costs -->/, () => table),
);
writeFileSync(record, `${JSON.stringify(measured)}\n`);
