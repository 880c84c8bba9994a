/**
 * `node tools/suites.mjs BACKEND...`: the suites of ops, layers, golden values and training on one backend
 * after another, in the Node that runs this. Results go to each package's `.test-results/suites-BACKEND.json`; those of
 * suites that run with fallbacks forbidden to `suites-BACKEND-strict.json`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tfjsNodeFolder } from './tfjsNodeFolder.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const packages = ['tensor-backend', 'normalization', 'recurrent', 'training'];

/**
 * What runs on a backend that is slow where tests run: the suites of the ops that it has kernels of with fallbacks
 * forbidden, and those that need one here and there. On other backends every suite runs, with fallbacks.
 */
const chosen = {
  webgpu: JSON.parse(
    readFileSync(join(root, 'packages', 'tensor-backend-webgpu', 'test', 'suites.json'), 'utf8'),
  ),
};

const backends = process.argv.slice(2);
if (backends.length === 0) {
  process.stderr.write('Name the backends, e.g. node tools/suites.mjs simd wasm node\n');
  process.exit(2);
}
const results = backends.flatMap((backend) => packages.flatMap((name) => runSuites(name, backend)));
process.stdout.write(`Node ${process.versions.node}\n`);
for (const { name, label, passed, failed, skipped } of results) {
  process.stdout.write(
    `${name} on ${label}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`,
  );
}
process.exitCode = results.every(({ passed, failed }) => passed > 0 && failed === 0) ? 0 : 1;

/** The suites of a package on one backend: those without fallbacks apart. */
function runSuites(name, backend) {
  const folder = join(root, 'packages', name);
  const files = testFiles(folder).filter((path) =>
    /\btestBackends?\(/.test(readFileSync(join(folder, path), 'utf8')),
  );
  const { forbid, allow } = chosen[backend] ?? { forbid: [], allow: undefined };
  const isIn = (list) => (path) => list.includes(join(name, path));
  const strict = files.filter(isIn(forbid));
  const others = allow === undefined ? files : files.filter(isIn(allow));
  return [
    ...(strict.length > 0 ? [runSuite(name, `${backend}-strict`, backend, strict, 'forbid')] : []),
    ...(others.length > 0 ? [runSuite(name, backend, backend, others, 'allow')] : []),
  ];
}

function runSuite(name, label, backend, files, fallback) {
  const folder = join(root, 'packages', name);
  const file = join(folder, '.test-results', `suites-${label}.json`);
  rmSync(file, { force: true });
  const folderOfTfjsNode = tfjsNodeFolder();
  const run = spawnSync(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...files],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        NO_COLOR: '1',
        BNRNN_TEST_BACKENDS: backend,
        BNRNN_FALLBACK: fallback,
        ...(folderOfTfjsNode === null ? {} : { BNRNN_TFJS_NODE: folderOfTfjsNode }),
      },
    },
  );
  if (run.status !== 0) process.stdout.write(`${run.stdout}\n${run.stderr}\n`);
  if (!existsSync(file)) return { name, label, passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numTotalTests, numPendingTests, numTodoTests, success } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const skipped = numPendingTests + numTodoTests;
  const failed = numTotalTests - numPassedTests - skipped;
  return { name, label, passed: numPassedTests, failed: success ? failed : failed || 1, skipped };
}

function testFiles(folder) {
  return ['src', 'test']
    .filter((part) => existsSync(join(folder, part)))
    .flatMap((part) =>
      readdirSync(join(folder, part), { recursive: true }).map((file) => join(part, file)),
    )
    .filter((file) => file.endsWith('.test.ts'));
}
