/**
 * `node tools/runtimes.mjs [--write]`: installs Deno and Bun from npm's registry into a temporary folder, trains the same
 * steps under Node and under both, on two threads, and compares the losses to the last bit; `--write` puts the
 * table into docs/backends.md. Needs `npx nx run @bnrnn/cli:bundle`. Exit status 1 where a runtime fails or differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { writePage } from './writePage.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const main = path('../packages/cli/dist/main.js');
const pageFile = path('../docs/backends.md');
const [begin, end] = ['<!-- runtimes: begin -->', '<!-- runtimes: end -->'];
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const packages = ['deno@2.9.6', 'bun@1.4.5'];
const backends = ['simd', 'wasm', 'cpu'];
const steps = ['--data', 'synthetic', '--max-steps', '20', '--threads', '2', '--json'];
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-runtimes-'));

try {
  const runtimes = install();
  const node = { name: 'Node', program: process.execPath, flags: [] };
  const expected = Object.fromEntries(backends.map((backend) => [backend, train(node, backend)]));
  const rows = runtimes.map((runtime) => [
    `${runtime.name} ${versionOf(runtime)}`,
    ...backends.map((backend) => verdict(train(runtime, backend), expected[backend])),
  ]);
  const table = render(rows);
  process.stdout.write(`${table}\n`);
  if (values.write) await write(table);
} finally {
  rmSync(folder, { recursive: true });
}

/** The packages are small; each has its program in an optional package for this system. */
function install() {
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, ...packages],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const modules = join(folder, 'node_modules');
  const system = `${process.platform}-${process.arch}`;
  const deno = process.platform === 'linux' ? `${system}-glibc` : system;
  return [
    { name: 'Deno', program: join(modules, '@deno', deno, 'deno'), flags: ['run', '--allow-all'] },
    { name: 'Bun', program: join(modules, '@oven', `bun-${system}`, 'bin', 'bun'), flags: [] },
  ];
}

function versionOf({ program }) {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)[0];
}

/** What a runtime's training ends with, or its last words. */
function train({ name, program, flags }, backend) {
  const out = join(folder, `${name}-${backend}`);
  const args = ['train', 'ptb-small-bn-tiny', ...steps, '--backend', backend, '--out', out];
  const { status, stdout, stderr } = spawnSync(program, [...flags, main, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  try {
    const { lastLoss } = JSON.parse(stdout.trim().split('\n').at(-1));
    return { status, lastLoss };
  } catch {
    return { status, said: (stderr ?? '').trim().split('\n').slice(-2).join(' ') };
  }
}

function verdict({ status, lastLoss, said }, expected) {
  if (status === 0 && lastLoss !== undefined && lastLoss === expected.lastLoss) return 'same bits';
  process.exitCode = 1;
  return said ?? (status === 0 ? `${lastLoss} after ${expected.lastLoss}` : `status ${status}`);
}

function render(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['runtime', ...backends.map((name) => `\`${name}\``)]),
    line(['---', ...backends.map(() => '---')]),
    ...rows.map(line),
    '',
    `The system is ${process.platform} on ${process.arch}, with Node ${process.versions.node}.`,
  ].join('\n');
}

function write(table) {
  const [head, rest] = readFileSync(pageFile, 'utf8').split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`${pageFile} lacks the marks ${begin} and ${end}.`);
  return writePage(pageFile, `${head}${begin}\n\n${table}\n\n${end}${tail}`);
}
