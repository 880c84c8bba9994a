/**
 * `node tools/browser/bench.mjs [--seconds N] [SIZE...]`: times training steps in a headless Chromium of this machine, of our LSTM
 * language model and of tfjs's own LSTM layers on its backends of browsers, each in a browser of its own, one after the
 * other, and writes docs/results/bench/browser.md and browser.json; only some sizes are shown and not written. Needs `npx nx run-many -t bundle` and npm's
 * registry; run it while nothing else computes.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { commandLine, tableRow, writeResults } from '../peers/results.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = import.meta.dirname;
const peers = join(here, 'tfjs-layers');
const folder = join(root, 'node_modules', '.cache', 'bnrnn-browser');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '8' } },
});
const seconds = Number(values.seconds);

const sizes = {
  'a layer of 64 units': { layers: 1, units: 64, time: 20, batch: 16, classes: 64 },
  'a layer of 256 units': { layers: 1, units: 256, time: 20, batch: 16, classes: 64 },
  'ptb-small': { layers: 2, units: 200, time: 20, batch: 32, classes: 10_000 },
};
const rows = [
  { name: 'bnrnn, simd', page: 'ours', backend: 'simd' },
  { name: 'bnrnn, simd, W·x normalized', page: 'ours', backend: 'simd', normalized: true },
  { name: 'bnrnn, webgpu', page: 'ours', backend: 'webgpu' },
  { name: "tfjs's layers, wasm", page: 'peers', backend: 'wasm' },
  { name: "tfjs's layers, webgl", page: 'peers', backend: 'webgl' },
  { name: "tfjs's layers, webgpu", page: 'peers', backend: 'webgpu' },
];

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
const measured = [];
for (const [size, numbers] of Object.entries(sizes)) {
  if (positionals.length > 0 && !positionals.includes(size)) continue;
  for (const row of rows) {
    const result = await measure(row, numbers);
    measured.push({ size, row: row.name, ...result });
    process.stderr.write(`${size}: ${row.name}: ${JSON.stringify(result)}\n`);
  }
}
const machine = {
  processor: cpus()[0].model.trim(),
  cores: cpus().length,
  browser: execFileSync(program, ['--version'], { encoding: 'utf8' }).trim(),
};
if (positionals.length === 0)
  await writeResults('browser', { command: commandLine(), machine, sizes, measured }, page());
rmSync(folder, { recursive: true });

/** One row of one size; `said` where it gives no time. */
async function measure({ page, backend, normalized = false }, size) {
  const browser = await openBrowser({
    program,
    folder,
    flags: flags[backend] ?? [],
    // A step that takes minutes is given up.
    timeout: 60_000 + 1000 * seconds,
  });
  try {
    return await browser.run(`${page}.js`, { backend, size, seconds, normalized });
  } catch (error) {
    return { said: error.message.split('\n')[0] };
  } finally {
    await browser.close();
  }
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

function page() {
  const { processor, cores, browser } = machine;
  const found = (size, name) => measured.find((one) => one.size === size && one.row === name);
  const cell = (size, name) => {
    const { stepMilliseconds, said } = found(size, name);
    return stepMilliseconds === undefined ? said : stepMilliseconds.toFixed(1);
  };
  const ratio = (size, peer, ours) => {
    const [a, b] = [found(size, peer), found(size, ours)].map((one) => one.stepMilliseconds);
    return a === undefined || b === undefined ? '' : `${(a / b).toFixed(1)}`;
  };
  const names = Object.keys(sizes);
  const shapes = names.map((name) => {
    const { layers, units, time, batch, classes } = sizes[name];
    return `- ${name}: ${layers} LSTM layer${layers > 1 ? 's' : ''} of ${units} units, ${batch} rows of ${time} steps, ${classes} classes`;
  });
  return `# Training steps in a browser

The browser is ${browser} without a window, on ${cores} cores of ${processor}. There is no GPU: WebGPU and WebGL
run on the software driver SwiftShader. Their times say how many operations and dispatches a step takes, and
nothing about graphics hardware.

The table gives the median time of a training step in milliseconds. Each number is from a browser of its own. The rows
of tfjs are its own LSTM layers with a softmax and SGD. They have no embedding, no norm of the gradient and no
clipping; our rows have all three. Written by \`${commandLine()}\`.

${shapes.join('\n')}

${[
  tableRow(['', ...names]),
  tableRow(['---', ...names.map(() => '---:')]),
  ...rows.map(({ name }) => tableRow([name, ...names.map((size) => cell(size, name))])),
].join('\n')}

How many of our steps one of theirs takes:

${[
  tableRow(['', ...names]),
  tableRow(['---', ...names.map(() => '---:')]),
  tableRow([
    "tfjs's wasm to our simd",
    ...names.map((size) => ratio(size, "tfjs's layers, wasm", 'bnrnn, simd')),
  ]),
  tableRow([
    "tfjs's webgl to our simd",
    ...names.map((size) => ratio(size, "tfjs's layers, webgl", 'bnrnn, simd')),
  ]),
  tableRow([
    "tfjs's webgpu to our webgpu",
    ...names.map((size) => ratio(size, "tfjs's layers, webgpu", 'bnrnn, webgpu')),
  ]),
].join('\n')}
`;
}
