/**
 * `node tools/browser/bench.mjs [--seconds N] [--limit N] [--only TEXT] [SIZE...]`: times training steps in a headless
 * Chromium of this machine, of our LSTM language model and of tfjs's own LSTM layers on its backends of browsers, each
 * in a browser of its own, one after the other, and writes docs/results/bench/browser.md and browser.json. `--only`
 * measures the rows whose name has TEXT in it; what an earlier call measured in the same browser and machine stays. A
 * row gives up after `--limit` seconds. Needs `npx nx run-many -t bundle` and npm's registry; run it while nothing else
 * computes.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { build } from 'esbuild';
import { readResults, writeResults } from '../peers/results.mjs';
import { renderPage, rows, sizes } from './page.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = import.meta.dirname;
const peers = join(here, 'tfjs-layers');
const folder = join(root, 'node_modules', '.cache', 'bnrnn-browser');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '9' },
    limit: { type: 'string', default: '90' },
    only: { type: 'string', default: '' },
  },
});
const seconds = Number(values.seconds);

await prepare();
const { findChromium, openBrowser, webgpuFlags } = await import(
  pathToFileURL(join(folder, 'browser.mjs')).href
);
const program = findChromium();
if (program === undefined) {
  process.stderr.write('There is no Chromium on the path; BNRNN_CHROMIUM may name one.\n');
  process.exit(2);
}
const flags = {
  webgpu: webgpuFlags,
  webgl: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
};
const machine = {
  processor: cpus()[0].model.trim(),
  cores: cpus().length,
  browser: execFileSync(program, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim(),
};
const before = readResults('browser');
let measured = isDeepStrictEqual(before?.machine, machine) ? before.measured : [];
for (const [size, numbers] of Object.entries(sizes)) {
  if (positionals.length > 0 && !positionals.includes(size)) continue;
  for (const row of rows.filter(({ name }) => name.includes(values.only))) {
    const result = await measure(row, numbers);
    const isOther = (one) => one.size !== size || one.row !== row.name;
    measured = [...measured.filter(isOther), { size, row: row.name, ...result }];
    process.stderr.write(`${size}: ${row.name}: ${JSON.stringify(result)}\n`);
  }
}
await writeResults('browser', { machine, sizes, measured }, renderPage({ machine, measured }));
rmSync(folder, { recursive: true });

/** One row of one size; `said` where it gives no time. */
async function measure({ page, backend, normalized = false, isolated = true }, size) {
  const browser = await openBrowser({
    program,
    folder,
    flags: flags[backend] ?? [],
    isolated,
    timeout: 1000 * Number(values.limit),
  });
  try {
    return await browser.run(`${page}.js`, { backend, size, seconds, normalized });
  } catch (error) {
    return { said: explain(error.message.split('\n')[0]) };
  } finally {
    await browser.close();
  }
}

function explain(message) {
  return / ran for more than /.test(message) ? `over ${values.limit} s` : message;
}

/** Everything that a page loads, in one folder. */
async function prepare() {
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', peers], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const shared = { bundle: true, format: 'esm', logLevel: 'warning' };
  const inPage = { ...shared, platform: 'browser', target: 'es2022', minify: true };
  await build({
    ...inPage,
    entryPoints: [join(here, 'ours.mjs')],
    external: ['webgpu'],
    outfile: join(folder, 'ours.js'),
  });
  await build({
    ...inPage,
    entryPoints: [join(peers, 'page.mjs')],
    outfile: join(folder, 'peers.js'),
  });
  await build({
    ...shared,
    platform: 'node',
    packages: 'external',
    entryPoints: [join(root, 'packages', 'test-utils', 'src', 'browser', 'index.ts')],
    outfile: join(folder, 'browser.mjs'),
  });
  for (const kind of ['', '-simd', '-threaded-simd']) {
    const file = `tfjs-backend-wasm${kind}.wasm`;
    const from = join(peers, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist', file);
    copyFileSync(from, join(folder, file));
  }
}
