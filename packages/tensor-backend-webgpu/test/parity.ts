import { existsSync, readFileSync } from 'node:fs';
import { backendTests } from '../../../tools/config/vitest.ts';

/** Files under `packages`: those of what has kernels here, and those that need a fallback now and then. */
const suites = JSON.parse(
  readFileSync(new URL('suites.json', import.meta.url), 'utf8'),
) as Readonly<Record<'forbid' | 'allow', readonly string[]>>;

/** Suites of the packages that run on any backend, on webgpu: with fallbacks forbidden, or where they need one. */
export function parity(fallback: keyof typeof suites, testTimeout: number) {
  return backendTests({
    name: fallback === 'forbid' ? 'kernels alone' : 'with fallbacks',
    include: suites[fallback].map(pathOf),
    env: { BNRNN_TEST_BACKENDS: 'webgpu', BNRNN_FALLBACK: fallback },
    testTimeout,
  });
}

/** A file that was renamed would be left out without a word. */
function pathOf(file: string): string {
  if (existsSync(new URL(`../../${file}`, import.meta.url))) return `../${file}`;
  throw new Error(`suites.json names ${file}, which is not there.`);
}
