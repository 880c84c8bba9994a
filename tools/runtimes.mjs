/**
 * Trains the same steps under Node and under other runtimes and compares the losses to the last bit:
 *
 *     npm install --no-save --ignore-scripts @deno/linux-x64-glibc @oven/bun-linux-x64
 *     node tools/runtimes.mjs node_modules/@deno/linux-x64-glibc/deno node_modules/@oven/bun-linux-x64/bin/bun
 *
 * The packages must be built (`npx nx run cli:bundle`). Exit status 1 where a runtime fails or differs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-runtimes-'));
const steps = ['--data', 'synthetic', '--max-steps', '20', '--threads', '2', '--json'];

/** What a runtime's training ends with, or its last words. */
function trainUnder(runtime, backend) {
  const flags = basename(runtime).startsWith('deno') ? ['run', '--allow-all'] : [];
  const out = join(folder, `${basename(runtime)}-${backend}`);
  const args = ['train', 'ptb-small-bn-tiny', ...steps, '--backend', backend, '--out', out];
  const { status, stdout, stderr } = spawnSync(runtime, [...flags, main, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  try {
    const { steps: done, firstLoss, lastLoss } = JSON.parse(stdout.trim().split('\n').at(-1));
    return { status, done, firstLoss, lastLoss };
  } catch {
    return { status, said: (stderr ?? '').trim().split('\n').slice(-2).join(' ') };
  }
}

console.log('| runtime | backend | steps | first loss | last loss | as under Node |');
console.log('|---|---|---|---|---|---|');
try {
  for (const backend of ['simd', 'wasm', 'cpu']) {
    const expected = trainUnder(process.execPath, backend);
    for (const runtime of [process.execPath, ...process.argv.slice(2)]) {
      const found = runtime === process.execPath ? expected : trainUnder(runtime, backend);
      const { status, done, firstLoss, lastLoss, said } = found;
      const isSame = status === 0 && lastLoss !== undefined && lastLoss === expected.lastLoss;
      if (!isSame) process.exitCode = 1;
      const losses = said === undefined ? [done, firstLoss, lastLoss] : ['', '', ''];
      const verdict = isSame ? 'same bits' : `differs: ${said ?? `status ${status}`}`;
      console.log(`| ${[basename(runtime), backend, ...losses, verdict].join(' | ')} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
