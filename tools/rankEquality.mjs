/**
 * How far ranks are from one process, beside what rounding alone does, for every strategy at every placement:
 *
 *     node tools/rankEquality.mjs [--only NAME]... [--left]
 *
 * Runs all cases of `packages/training/test/ranks.test.ts` for 100 steps on 2, 3 and 4 ranks, and writes
 * `docs/results/ranks/equality.md` and `equality.json`. It takes about 30 minutes of one core. `--only` runs the cases
 * whose names begin so, and `--left` those that `equality.json` does not have: both keep the others. Results are written
 * when each case ends, so that `--left` goes on after a kill.
 */
import { spawn, spawnSync } from 'node:child_process';
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
    left: { type: 'boolean', default: false },
  },
});

const isCase = 'ranks train what';
const vitest = [
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  ...['--root', join(root, 'packages', 'training'), 'test/ranks.test.ts'],
];
const env = { ...process.env, BNRNN_RANKS: 'all' };
const listed = spawnSync(process.execPath, [vitest[0], 'list', ...vitest.slice(1)], {
  ...{ encoding: 'utf8', env, maxBuffer: 2 ** 26 },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const planned = listed.stdout
  .split('\n')
  .filter((line) => line.includes(isCase))
  .map((line) => line.split(' > ').at(-2));

const results = join(root, 'docs', 'results', 'ranks');
const file = join(results, 'equality.json');
const isPart = flags.only !== undefined || flags.left;
const before = isPart && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
const had = new Set(before.map(({ name }) => name));
const wanted = planned.filter(
  (name) =>
    (flags.only?.some((begin) => name.startsWith(begin)) ?? true) && !(flags.left && had.has(name)),
);
const where = machine();

/** Writes the page and its numbers; of a case that was run twice the later run counts. */
async function write(made) {
  const byName = new Map([...before, ...made].map((each) => [each.name, each]));
  const cases = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ machine: where, cases }, null, 1)}\n`);
  await writePage(join(results, 'equality.md'), equalityPage(where, cases, planned));
}

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-equality-'));
try {
  const foundFile = join(folder, 'found.json');
  const names = wanted.map((name) => name.replace(/[^\w ,:]/g, '\\$&')).join('|');
  const args = [
    vitest[0],
    'run',
    ...vitest.slice(1),
    '--reporter=dot',
    '-t',
    `^(${names}) [\\d, ]+${isCase}`,
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, BNRNN_RANKS_FOUND: foundFile },
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  let told = 0;
  const writeFound = async () => {
    const text = existsSync(foundFile) ? readFileSync(foundFile, 'utf8') : '';
    const lines = text.split('\n').slice(0, -1);
    if (lines.length > told) await write(lines.map((line) => JSON.parse(line)));
    told = lines.length;
  };
  let status;
  while (status === undefined) {
    const pause = new Promise((resolve) => setTimeout(resolve, 2000));
    status = await Promise.race([ended, pause]);
    await writeFound();
  }
  process.exitCode = status;
} finally {
  rmSync(folder, { recursive: true });
}
