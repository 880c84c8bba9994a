import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { backendTests, packageTests } from '../../tools/config/vitest.ts';

const driver = ['../../tools/config/webgpuDriver.ts'];

/** The suites of the ops that have a kernel here, without fallbacks; tensor-backend runs them on other backends. */
const ops = [
  ...['batchNormalize', 'crossEntropy', 'gruScan', 'layerNormalize', 'lookups', 'lstmScan'],
  ...['lstmScanPair', 'moments', 'optimizerSteps', 'rnnScan', 'scan', 'standardize'],
];

/** Without a driver the package's own tests are skipped by name, and these have nothing to run on. */
const hasVulkan =
  (process.env['VK_ICD_FILENAMES'] !== undefined ||
    existsSync('/usr/lib/chromium/vk_swiftshader_icd.json')) &&
  ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'].some((folder) =>
    existsSync(`${folder}/libvulkan.so.1`),
  );

export default defineConfig({
  test: {
    reporters: ['dot', 'json'],
    outputFile: { json: '.test-results/vitest.json' },
    projects: [
      packageTests({ name: 'own', setupFiles: driver }),
      ...(hasVulkan ? [opTests()] : []),
    ],
  },
});

function opTests() {
  return backendTests({
    name: 'ops',
    include: ops.map((name) => `../tensor-backend/src/ops/${name}.test.ts`),
    env: { BNRNN_TEST_BACKENDS: 'webgpu', BNRNN_FALLBACK: 'forbid' },
  });
}
