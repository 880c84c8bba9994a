/**
 * How far ranks are from one process, beside what rounding alone does, for every strategy at every placement:
 *
 *     node tools/rankRounding.mjs [--only NAME...]
 *
 * Runs all cases of `packages/training/test/ranks.test.ts` for 100 steps on 2, 3 and 4 ranks, and writes
 * `docs/results/ranks/rounding.md` and `rounding.json`. It takes about 40 minutes on two cores. `--only` runs the cases whose
 * names begin so, and keeps the other cases of `rounding.json` as they were.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, root } from './peers/machine.mjs';
import { roundingPage } from './ranks/roundingPage.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({ options: { only: { type: 'string', multiple: true } } });

const folder = join(root, 'packages', 'training');
const found = join(folder, '.test-results', 'ranks.json');
rmSync(found, { force: true });
const begins = (flags.only ?? []).map((name) => name.replace(/[^\w ,:]/g, '\\$&'));
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    ...['run', '--root', folder, 'test/ranks.test.ts'],
    ...['--testNamePattern', `^(${begins.join('|')}).*ranks train what`],
  ],
  { stdio: 'inherit', env: { ...process.env, BNRNN_RANKS: 'all' } },
);
if (!existsSync(found)) process.exit(status ?? 1);

const results = join(root, 'docs', 'results', 'ranks');
const file = join(results, 'rounding.json');
const before =
  flags.only !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
const made = JSON.parse(readFileSync(found, 'utf8'));
const names = new Set(made.map(({ name }) => name));
const cases = [...before.filter(({ name }) => !names.has(name)), ...made];
cases.sort((a, b) => (a.name < b.name ? -1 : 1));
const where = machine();
writeFileSync(file, `${JSON.stringify({ machine: where, cases }, null, 1)}\n`);
await writePage(join(results, 'rounding.md'), roundingPage(where, cases));
process.exitCode = status ?? 1;
