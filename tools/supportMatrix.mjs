/**
 * `node tools/supportMatrix.mjs [--write]`: which op runs on which backend of this machine, and the time of a
 * training step of ptb-small on each, as a Markdown table; `--write` puts it into docs/backends.md. Needs
 * `npx nx run @bnrnn/cli:bundle`; run it while nothing else computes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tfjsNodeFolder } from './tfjsNodeFolder.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const page = path('../docs/backends.md');
const [begin, end] = ['<!-- support matrix: begin -->', '<!-- support matrix: end -->'];
/** A backend whose bench takes longer has no time in the table. */
const benchSeconds = 40;

const built = tfjsNodeFolder();
const env = { ...process.env, ...(built === null ? {} : { BNRNN_TFJS_NODE: built }) };

const backends = ['node-gpu', 'simd', 'node', 'webgpu', 'wasm', 'cpu']
  .map((name) => ({ name, ...ask(name), bench: bench(name) }))
  .filter(({ support }) => support !== undefined);
const table = render(backends);
process.stdout.write(`${table}\n`);
if (process.argv.includes('--write')) write(table);

function ask(name) {
  return lastJson([path('./supportMatrix/askBackend.mjs'), name]) ?? {};
}

function bench(name) {
  const main = path('../packages/cli/dist/main.js');
  const steps = { wasm: '3', cpu: '1', webgpu: '3' }[name] ?? '20';
  return lastJson(
    [main, 'bench', 'ptb-small', '--backend', name, '--steps', steps, '--json'],
    benchSeconds * 1000,
  );
}

/** The JSON object on the last line that a program prints; undefined where it fails. */
function lastJson(args, timeout) {
  const { status, stdout } = spawnSync(process.execPath, args, { env, timeout, encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)) : undefined;
}

function render(columns) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const words = { kernel: 'own kernel', fallback: 'fallback', missing: 'missing' };
  const ops = Object.keys(columns[0].support);
  const milliseconds = ({ bench: result }) =>
    result === undefined
      ? `bench took over ${benchSeconds} s`
      : `${result.stepMilliseconds.toFixed(0)} ms`;
  const rate = ({ bench: result }) =>
    result === undefined ? '' : Math.round(result.unitsPerSecond).toLocaleString('en-US');
  return [
    line(['op', ...columns.map(({ name }) => `\`${name}\``)]),
    line(['---', ...columns.map(() => '---')]),
    ...ops.map((op) => line([`\`${op}\``, ...columns.map(({ support }) => words[support[op]])])),
    line(['step of `ptb-small`', ...columns.map(milliseconds)]),
    line(['words a second', ...columns.map(rate)]),
    line(['threads', ...columns.map(({ info }) => String(info.threads))]),
    '',
    `The machine has ${cpus().length} cores of ${cpus()[0].model.trim()}, with Node ${process.versions.node}.`,
  ].join('\n');
}

function write(text) {
  const before = readFileSync(page, 'utf8');
  const [head, rest] = before.split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`${page} lacks the marks ${begin} and ${end}.`);
  writeFileSync(page, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
}
