import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { packageTests } from '../../tools/config/vitest.ts';
import { parity } from './test/parity.ts';

const driver = ['../../tools/config/webgpuDriver.ts'];

/** A software driver on a busy machine takes long. */
const testTimeout = 300_000;

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
      packageTests({ name: 'own', setupFiles: driver, testTimeout }),
      ...(hasVulkan ? [parity('forbid', testTimeout), parity('allow', testTimeout)] : []),
    ],
  },
});
