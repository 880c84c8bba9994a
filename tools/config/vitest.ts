import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const setup = fileURLToPath(new URL('registerTestBackends.ts', import.meta.url));
const ownTemporaryFolder = fileURLToPath(new URL('ownTemporaryFolder.ts', import.meta.url));
const conditions = ['@bnrnn/source', ...defaultServerConditions];

/**
 * The test set-up every package shares: sources instead of built packages, one JSON result file
 * per package for the summary at the end of a run.
 */
export function packageTests(test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      // tensor-backend imports tfjs's gradients from files that Node cannot load by itself.
      server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
      globalSetup: [ownTemporaryFolder],
      reporters: ['dot', 'json'],
      outputFile: { json: '.test-results/vitest.json' },
      testTimeout: 60_000,
      ...test,
    },
  });
}

/**
 * The set-up of packages whose tests start backends: those that `BNRNN_TEST_BACKENDS` names are
 * registered.
 */
export function backendTests(test: ViteUserConfig['test'] = {}): ViteUserConfig {
  return packageTests({ setupFiles: [setup], ...test });
}
