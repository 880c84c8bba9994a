/**
 * `node tools/gpuCheck.mjs`: everything this project has to say about a GPU, in one command, on a machine with
 * an NVIDIA GPU and its driver, after `npm ci`: TensorFlow with its CUDA libraries from PyPI (some 4 GB) into
 * `.tfjs-node/python`, tfjs-node's addon against it, then doctor, the suites, parity with the CPU, speed. A
 * step that fails does not stop the next, where it can run at all; the last lines say what passed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.tfjs-node');
const python = join(folder, 'python', 'bin', 'python');
const main = join(root, 'packages', 'cli', 'dist', 'main.js');
const tool = (name) => join(root, 'tools', name);
const env = { ...process.env, BNRNN_TFJS_NODE: folder };

const steps = [
  { name: 'a GPU is there', command: ['nvidia-smi'], isNeeded: true },
  { name: 'Python', command: ['python3', '-m', 'venv', join(folder, 'python')], isNeeded: true },
  {
    name: 'TensorFlow with CUDA',
    command: [python, '-m', 'pip', 'install', '--quiet', 'tensorflow[and-cuda]==2.21.0'],
    isNeeded: true,
  },
  {
    name: 'the addon',
    command: [process.execPath, tool('libtensorflow/build.mjs'), '--python', python],
    isNeeded: true,
  },
  { name: 'doctor', command: [process.execPath, tool('bnrnn.mjs'), 'doctor'], isNeeded: true },
  { name: 'suites', command: [process.execPath, tool('suites.mjs'), 'node-gpu'] },
  ...['ptb-small', 'ptb-small-bn', 'wsj-birnn-bn-tiny'].map((preset) => ({
    name: `parity of ${preset}`,
    command: [process.execPath, main, 'parity', 'node', 'node-gpu', preset],
  })),
  ...['ptb-small', 'ptb-medium', 'ptb-large'].map((preset) => ({
    name: `speed of ${preset}`,
    command: [process.execPath, main, 'bench', preset, '--backend', 'node-gpu'],
  })),
  { name: 'support matrix', command: [process.execPath, tool('supportMatrix.mjs')] },
];

const outcomes = [];
for (const { name, command, isNeeded } of steps) {
  process.stdout.write(`\n== ${name}\n`);
  const [program, ...args] = command;
  const { status } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' });
  outcomes.push({ name, hasPassed: status === 0 });
  if (status !== 0 && isNeeded) break;
}
process.stdout.write('\n');
for (const { name, hasPassed } of outcomes) {
  process.stdout.write(`${hasPassed ? 'passed' : 'failed'}: ${name}\n`);
}
const isWhole = outcomes.length === steps.length && outcomes.every(({ hasPassed }) => hasPassed);
process.exitCode = isWhole ? 0 : 1;
