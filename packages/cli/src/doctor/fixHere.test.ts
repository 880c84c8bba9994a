import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fixHere } from './fixHere';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-fix-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = 'node tools/libtensorflow/build.mjs --pip tensorflow-cpu==2.21.0';

test.runIf(process.platform === 'linux')('what a build lacks is installed first', () => {
  for (const name of ['g++', 'python3', 'pip3']) writeFileSync(join(folder, name), '');
  expect(fixHere(build, folder)).toBe(`apt-get install -y make binutils && ${build}`);
  for (const name of ['make', 'nm']) writeFileSync(join(folder, name), '');
  expect(fixHere(build, folder)).toBe(build);
});

test('a command that builds nothing stays as it is', () => {
  expect(fixHere('npm install @bnrnn/tensor-backend-simd', '')).toBe(
    'npm install @bnrnn/tensor-backend-simd',
  );
});
