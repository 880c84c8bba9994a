/**
 * Which values of a strategy's own settings train best in the first steps:
 *
 *     node tools/searchStrategy.mjs PRESET --set PATH=A,B,C [--set ...] [--steps 400] [--seeds 1-2] [--data glosses] [--runs DIR]
 *
 * Each `--set` is a search of its own beside the preset's values, one after the other: a `bnrnn sweep`. Writes
 * `docs/results/strategies/search-PRESET.md`. Runs that ended in `runs/search` are taken as they are.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine, root } from './peers/machine.mjs';
import { writePage } from './writePage.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string', multiple: true, default: [] },
    steps: { type: 'string', default: '400' },
    seeds: { type: 'string', default: '1-2' },
    data: { type: 'string', default: 'glosses' },
    runs: { type: 'string', default: join(root, 'runs', 'search') },
  },
});
const [preset] = positionals;
if (preset === undefined || flags.set.length === 0) {
  process.stderr.write(
    'usage: node tools/searchStrategy.mjs PRESET --set PATH=A,B,C [--set ...]\n',
  );
  process.exit(2);
}
const { steps, seeds, data } = flags;

/** The table of one search, as `sweep` writes it. */
function search(assignment) {
  const out = join(flags.runs, preset, assignment.slice(0, assignment.indexOf('=')));
  const args = [
    ...['sweep', preset, '--data', data, '--seeds', seeds, '--max-steps', steps],
    ...['--set', assignment, '--set', 'evaluation.maxBatches=20', '--out', out],
  ];
  const main = join(root, 'packages', 'cli', 'dist', 'main.js');
  execFileSync(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 2] });
  const lines = readFileSync(join(out, 'table.md'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('|')).join('\n');
}

const tables = flags.set.map(search);
const command = [
  `node tools/searchStrategy.mjs ${preset}`,
  ...flags.set.map((one) => `--set ${one}`),
];
await writePage(
  join(root, 'docs', 'results', 'strategies', `search-${preset}.md`),
  `# A search around ${preset}

Each table is a search over one setting; all other values are those of \`${preset}\`. The corpus is
${data}. Each run takes ${steps} steps with the recipe's rate, validation takes 20 batches. A loss is in
nats per word, as mean ± sample deviation over the seeds. Training is the mean of the last 200 steps.

${tables.join('\n\n')}

${machineLine(machine())}

Command: \`${command.join(' ')} --steps ${steps} --seeds ${seeds} --data ${data}\`
`,
);
