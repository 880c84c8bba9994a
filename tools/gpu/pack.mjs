/**
 * `node tools/gpu/pack.mjs`: puts what a GPU machine needs into the folder `.gpu`: Node in one archive; Dawn, the
 * Vulkan loader, this repository's code in one file and the peers in another. There, with nothing but a driver and a
 * Python that has PyTorch, from the folder that holds `.gpu`:
 *
 *     python3 .gpu/unpack.py /tmp/gpu && sh /tmp/gpu/run.sh "$OUT"
 *
 * `--node FILE` names the Node binary that travels (this one otherwise).
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { node } = parseArgs({
  options: { node: { type: 'string', default: process.execPath } },
}).values;
const out = join(root, '.gpu');
const staging = mkdtempSync(join(tmpdir(), 'bnrnn-gpu-'));
mkdirSync(out, { recursive: true });
mkdirSync(join(staging, 'peers'), { recursive: true });

await build({
  entryPoints: [join(root, 'tools', 'gpu', 'measure.mjs')],
  outfile: join(staging, 'measure.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@bnrnn/source'],
  external: ['webgpu', 'koffi', '@tensorflow/tfjs-backend-wasm'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
const dawn = join(root, 'node_modules', 'webgpu');
const platform = `${process.platform}-${process.arch}`;
for (const file of ['package.json', 'index.js', join('dist', platform)]) {
  cpSync(join(dawn, file), join(staging, 'node_modules', 'webgpu', file), { recursive: true });
}
const libraries = '/usr/lib/x86_64-linux-gnu';
for (const file of readdirSync(libraries).filter((name) => name.startsWith('libvulkan.so'))) {
  cpSync(join(libraries, file), join(staging, 'lib', file), { dereference: true });
}
for (const file of ['torch_language.py', 'torch_settings.py', 'sizes.py', 'timing.py']) {
  cpSync(join(root, 'tools', 'peers', file), join(staging, 'peers', file));
}
cpSync(join(root, 'tools', 'gpu', 'peer.py'), join(staging, 'peers', 'peer.py'));
cpSync(join(root, 'tools', 'gpu', 'run.sh'), join(staging, 'run.sh'));
writeFileSync(join(staging, 'package.json'), '{ "type": "module" }\n');
cpSync(join(root, 'tools', 'gpu', 'unpack.py'), join(out, 'unpack.py'));
shell('tar', ['-C', staging, '-cf', join(out, 'gpu.tar.xz'), '-I', 'xz -2 -T2', '.']);
rmSync(staging, { recursive: true });
// It takes long and seldom changes.
if (!existsSync(join(out, 'node.xz'))) {
  shell('sh', ['-c', 'xz -3 -T2 -c "$0" > "$1"', node, join(out, 'node.xz')]);
}

function shell(program, args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
