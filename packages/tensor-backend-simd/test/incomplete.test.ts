import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below the package, so that its dependencies are found.
const below = join(root, 'node_modules');
mkdirSync(below, { recursive: true });
const copy = mkdtempSync(join(below, 'incomplete-'));
afterAll(() => rmSync(copy, { recursive: true }));

const script = `
  const { simdBackend } = await import(process.argv[1]);
  const { available, reason } = await simdBackend.probe();
  const error = await simdBackend.start({ threads: 1 }).catch((thrown) => thrown);
  const { name, message, hint } = error;
  console.log(JSON.stringify({ available, reason, name, message, hint }));
`;

const dist = join(root, 'dist');
for (const file of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
  copyFileSync(join(dist, file), join(copy, file));
}

async function whatTheCopySays(): Promise<unknown> {
  const index = pathToFileURL(join(copy, 'index.js')).href;
  const args = ['--input-type=module', '--eval', script, index];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

test('a package without its kernels says what is missing and what to do', async () => {
  const missing =
    'The package @bnrnn/tensor-backend-simd is incomplete: dist/kernels.wasm is missing.';
  expect(await whatTheCopySays()).toEqual({
    available: false,
    reason: missing,
    name: 'BackendError',
    message: missing,
    hint: 'Build it again (npm run bundle) or install the package again.',
  });
});

test('a package with the kernels of another build says so', async () => {
  const withoutExports = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const name of ['kernels.wasm', 'kernels.relaxed.wasm']) {
    writeFileSync(join(copy, name), withoutExports);
  }
  expect(await whatTheCopySays()).toMatchObject({
    name: 'BackendError',
    message:
      'simd: the kernel adam takes nothing, expected 11 numbers: kernels.wasm is of another build.',
    hint: 'Build it again (npm run bundle) or install the package again.',
  });
});
