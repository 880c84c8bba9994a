import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

test('a package without its kernels says what is missing and what to do', async () => {
  const dist = join(root, 'dist');
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.js'))) {
    copyFileSync(join(dist, file), join(copy, file));
  }
  const index = pathToFileURL(join(copy, 'index.js')).href;
  const args = ['--input-type=module', '--eval', script, index];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const missing =
    'The package @bnrnn/tensor-backend-simd is incomplete: dist/kernels.wasm is missing.';
  expect(JSON.parse(stdout)).toEqual({
    available: false,
    reason: missing,
    name: 'BackendError',
    message: missing,
    hint: 'Build it again (npm run bundle) or install the package again.',
  });
});
