/**
 * How far ranks are from one process, beside what rounding alone does, for every strategy at every placement:
 *
 *     node tools/rankEquality.mjs [--only NAME...] [--found FILE...]
 *
 * Runs all cases of `packages/training/test/ranks.test.ts` for 100 steps on 2, 3 and 4 ranks, and writes
 * `docs/results/ranks/equality.md` and `equality.json`. It takes about 30 minutes of one core. `--only` runs the cases
 * whose names begin so, and keeps the other cases of `equality.json` as they were. `--found` runs nothing: it takes the
 * files that runs of the test wrote, each where `BNRNN_RANKS_FOUND` said, and keeps the others too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, root } from './peers/machine.mjs';
import { equalityPage } from './ranks/equalityPage.mjs';
import { writePage } from './writePage.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    found: { type: 'string', multiple: true },
  },
});

const isCase = 'ranks train what';
const vitest = (env, ...args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', args[0] === 'list' ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, BNRNN_RANKS: 'all', ...env },
    maxBuffer: 2 ** 26,
  });
const tests = ['--root', join(root, 'packages', 'training'), 'test/ranks.test.ts'];

/** Runs the cases; where they were told, and the status. */
function runCases(only = []) {
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-equality-'));
  const file = join(folder, 'found.json');
  const begins = only.map((name) => name.replace(/[^\w ,:]/g, '\\$&')).join('|');
  const pattern = `^(${begins}).*${isCase}`;
  const { status } = vitest({ BNRNN_RANKS_FOUND: file }, 'run', ...tests, '-t', pattern);
  const cases = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  rmSync(folder, { recursive: true });
  return { cases, status: status ?? 1 };
}

const made =
  flags.found === undefined
    ? runCases(flags.only)
    : { cases: flags.found.flatMap((file) => JSON.parse(readFileSync(file, 'utf8'))), status: 0 };

const results = join(root, 'docs', 'results', 'ranks');
const file = join(results, 'equality.json');
const isPart = flags.only !== undefined || flags.found !== undefined;
const before = isPart && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
// Of a case that was run twice the later run counts.
const byName = new Map([...before, ...made.cases].map((each) => [each.name, each]));
const cases = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
if (cases.length === 0) process.exit(1);

const planned = vitest({}, 'list', ...tests)
  .stdout.split('\n')
  .filter((line) => line.includes(isCase))
  .map((line) => line.split(' > ').at(-2));
const where = machine();
writeFileSync(file, `${JSON.stringify({ machine: where, cases }, null, 1)}\n`);
await writePage(join(results, 'equality.md'), equalityPage(where, cases, planned));
process.exitCode = made.status;
