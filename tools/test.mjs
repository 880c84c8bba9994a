/**
 * `npm test`: format, unused code, lint, types, build, unit tests and package checks of every package,
 * then the skipped tests by name and one line that sums them all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tfjsNodeFolder } from './tfjsNodeFolder.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
const tensorflow = tfjsNodeFolder();
const env = {
  ...process.env,
  ...plain,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  ...(tensorflow === null ? {} : { BNRNN_TFJS_NODE: tensorflow }),
};

const targets = ['typecheck', 'lint', 'build', 'test', 'check-package'];
const steps = [
  { name: 'format', command: bin('prettier'), args: ['--check', '.', '--log-level', 'warn'] },
  { name: 'unused code', command: bin('knip'), args: [] },
  {
    name: 'circles of imports',
    command: process.execPath,
    args: [join(root, 'tools', 'circles.mjs')],
  },
  {
    name: targets.join(', '),
    command: bin('nx'),
    args: ['run-many', '-t', ...targets, '--parallel=2', '--outputStyle=static', '--nxBail=false'],
  },
  ...(tensorflow === null
    ? []
    : [
        {
          name: 'suites on TensorFlow',
          command: process.execPath,
          args: [join(root, 'tools', 'suites.mjs'), 'node'],
        },
      ]),
];

const failedSteps = steps.filter(({ name, command, args }) => {
  process.stdout.write(`\n== ${name}\n`);
  return spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status !== 0;
});

const summary = { passed: 0, failed: 0, skipped: [] };
for (const folder of workspaceFolders()) {
  const names = ['vitest', ...(tensorflow === null ? [] : ['suites-node'])];
  for (const name of names) {
    const file = join(root, folder, '.test-results', `${name}.json`);
    if (existsSync(file)) addResults(folder, JSON.parse(readFileSync(file, 'utf8')));
  }
}
if (tensorflow === null) {
  summary.skipped.push(
    'suites on TensorFlow: no addon; node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0',
  );
}

for (const name of summary.skipped) process.stdout.write(`skipped: ${name}\n`);
for (const { name } of failedSteps) process.stdout.write(`failed: ${name}\n`);
const failed = Math.max(summary.failed, failedSteps.length > 0 ? 1 : 0);
process.stdout.write(
  `${summary.passed} passed, ${failed} failed, ${summary.skipped.length} skipped\n`,
);
process.exitCode = failed > 0 || summary.passed === 0 ? 1 : 0;

function workspaceFolders() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return [...packages, join('tools', 'integration')];
}

function addResults(folder, results) {
  for (const suite of results.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0) summary.failed += 1;
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') summary.passed += 1;
      else if (test.status === 'failed') summary.failed += 1;
      else summary.skipped.push(`${folder}: ${test.fullName}`);
    }
  }
}
