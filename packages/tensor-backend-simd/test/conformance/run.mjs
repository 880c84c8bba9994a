/**
 * Runs tfjs-core's own tests on one backend, `cpu` or `simd` (the argument), and prints as the last line
 * the number that passed and the names of those that failed.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import jasmineCore from 'jasmine-core';
import { bundleTests } from './bundle.mjs';

const backend = process.argv[2];
const outfile = fileURLToPath(
  new URL(`../../.test-results/conformance-${backend}.mjs`, import.meta.url),
);
await mkdir(dirname(outfile), { recursive: true });
await bundleTests(outfile);

const jasmine = jasmineCore.boot();
jasmine.DEFAULT_TIMEOUT_INTERVAL = 20_000;
const env = jasmine.getEnv();
env.configure({ random: false });
await import(pathToFileURL(outfile).href);

let passed = 0;
const failed = {};
env.addReporter({
  specDone({ status, fullName, failedExpectations }) {
    if (status === 'passed') passed += 1;
    if (status === 'failed') failed[fullName] = failedExpectations[0]?.message ?? '';
  },
});
await env.execute();
process.stdout.write(`\n${JSON.stringify({ backend, passed, failed })}\n`);
process.exit(0);
