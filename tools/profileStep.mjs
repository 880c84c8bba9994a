/**
 * Where the time of a training step goes on `simd`: times every product, kernel and barrier of each thread, and prints a
 * table of the calling thread:
 *
 *   node tools/profileStep.mjs [--presets ptb-small,ptb-small-bn] [--threads 2,1] [--steps 60] [--precision bf16] [--json FILE]
 *
 * Each column is the mean over the fastest quarter of the steps, because other processes disturb single steps. The timed
 * threads are built from the sources here; everything else has to be built (`npx nx run-many -t bundle`).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { whole } from './peers/arguments.mjs';
import { machine, machineLine } from './peers/machine.mjs';
import { renderProfiles } from './profile/table.mjs';

const { values } = parseArgs({
  options: {
    presets: { type: 'string', default: 'ptb-small,ptb-small-bn' },
    threads: { type: 'string', default: '2,1' },
    steps: { type: 'string', default: '60' },
    precision: { type: 'string', default: 'float32' },
    json: { type: 'string' },
  },
});
const steps = whole('steps', values.steps);
const root = fileURLToPath(new URL('..', import.meta.url));
const simd = join(root, 'packages', 'tensor-backend-simd');
// Inside the workspace, so that imports of packages are found from there.
const out = join(root, 'node_modules', '.cache', 'bnrnn-profile');
mkdirSync(out, { recursive: true });

/** Puts `profile/timed.mjs` in the place of two modules, which it asks for by `?itself`. */
const timed = {
  name: 'timed',
  setup({ onResolve }) {
    const replaced = [join(simd, 'src/pool/makeThread'), join(simd, 'src/programs')];
    onResolve({ filter: /(makeThread|programs)$/ }, ({ path, resolveDir }) =>
      replaced.includes(resolve(resolveDir, path))
        ? { path: join(root, 'tools/profile/timed.mjs') }
        : undefined,
    );
    onResolve({ filter: /\?itself$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?itself$/, '')),
    }));
  },
};
await build({
  entryPoints: {
    process: join(root, 'tools/profile/process.mjs'),
    worker: join(simd, 'src/node/worker.ts'),
    watcher: join(simd, 'src/node/watcher.ts'),
  },
  ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', outdir: out },
  ...{ external: ['koffi', '@tensorflow/*', '@bnrnn/*'], plugins: [timed], logLevel: 'warning' },
  // For what is CommonJS (commander).
  banner: {
    js: "import { createRequire as forCommonJs } from 'node:module'; const require = forCommonJs(import.meta.url);",
  },
});
for (const name of ['kernels.wasm', 'kernels.relaxed.wasm']) {
  cpSync(join(simd, 'dist', name), join(out, name));
}

const profiles = values.presets.split(',').flatMap((preset) =>
  values.threads.split(',').map((threads) => {
    const args = [join(out, 'process.js'), preset, whole('threads', threads), steps];
    args.push(values.precision);
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] };
    return JSON.parse(execFileSync(process.execPath, args.map(String), options));
  }),
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(profiles, null, 1)}\n`);
process.stdout.write(`${machineLine(machine())}\n${profiles[0].blas}.\n\n`);
process.stdout.write(`${renderProfiles(profiles)}\n`);
