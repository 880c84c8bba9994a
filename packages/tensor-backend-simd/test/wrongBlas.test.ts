import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bnrnn-blas-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasCompiler = ((): boolean => {
  try {
    execFileSync('cc', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

/** A CBLAS of plain loops, with a name, a width of integers and a fault to choose. */
const source = `
#include <stdint.h>
void NAME(int order, int ta, int tb, INT m, INT n, INT k, float alpha, const float *a, INT lda,
          const float *b, INT ldb, float beta, float *c, INT ldc) {
  for (INT i = 0; i < m; i++)
    for (INT j = 0; j < n; j++) {
      float sum = beta == 0 ? 0 : beta * c[i * ldc + j];
      for (INT l = 0; l < k; l++)
        sum += alpha * (ta == 112 && !BROKEN ? a[l * lda + i] : a[i * lda + l]) * (tb == 112 ? b[j * ldb + l] : b[l * ldb + j]);
      c[i * ldc + j] = sum;
    }
}`;

function build(name: string, ...definitions: string[]): string {
  const file = join(folder, `${name}.so`);
  writeFileSync(join(folder, `${name}.c`), source);
  const flags = definitions.map((definition) => `-D${definition}`);
  execFileSync('cc', ['-O2', '-shared', '-fPIC', ...flags, '-o', file, join(folder, `${name}.c`)]);
  return file;
}

const script = `
  const { startBackend } = await import('@bnrnn/tensor-backend');
  const { simdBackend } = await import('@bnrnn/tensor-backend-simd');
  const tf = await import('@tensorflow/tfjs-core');
  const { blas, message } = await startBackend(simdBackend, { threads: 2, memoryMiB: 64 }).catch((e) => e);
  const sum = blas ? tf.sum(tf.matMul(tf.ones([70, 90]), tf.ones([90, 80]))).dataSync()[0] : undefined;
  console.log(JSON.stringify({ blas, message, sum }));
  process.exit(0);
`;

/** In a process of its own: what a library does wrong may end it. */
async function startWith(library: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: { ...process.env, BNRNN_BLAS: library },
    },
  );
  return JSON.parse(stdout);
}

describe.runIf(process.platform === 'linux' && hasCompiler)('a library of our own', () => {
  test.each([
    ['usual', 'NAME=cblas_sgemm', 'INT=int32_t'],
    ['wide', 'NAME=cblas_sgemm64_', 'INT=int64_t'],
    ['scipy32', 'NAME=scipy_cblas_sgemm', 'INT=int32_t'],
    ['scipy64', 'NAME=scipy_cblas_sgemm64_', 'INT=int64_t'],
  ])('%s is used under its own name', async (name, ...definitions) => {
    const file = build(name, ...definitions, 'BROKEN=0');
    expect(await startWith(file)).toEqual({ blas: file, sum: 70 * 80 * 90 });
  });

  test('one that computes wrongly is refused', async () => {
    const file = build('broken', 'NAME=cblas_sgemm', 'INT=int32_t', 'BROKEN=1');
    expect(await startWith(file)).toEqual({
      message: `BNRNN_BLAS names a library that cannot be used: ${file}: its product Aᵀ·B of 3 x 4 and 4 x 5 is wrong.`,
    });
  });

  test('one that is cut short is refused before it is opened', async () => {
    const file = build('whole', 'NAME=cblas_sgemm', 'INT=int32_t', 'BROKEN=0');
    const cut = join(folder, 'cut.so');
    copyFileSync(file, cut);
    const { size } = statSync(file);
    truncateSync(cut, Math.floor(size / 2));
    expect(await startWith(cut)).toEqual({
      message: `BNRNN_BLAS names a library that cannot be used: ${cut}: it is cut short: the file ${cut} has ${Math.floor(size / 2)} bytes and should have ${size}.`,
    });
  });
});
