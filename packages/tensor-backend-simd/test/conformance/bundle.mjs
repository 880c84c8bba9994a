/**
 * Bundles tfjs-core's own tests, as the npm package ships them, with the built backends, so that all of
 * them see one tfjs-core. The tests import tfjs-core's modules one by one, which Node cannot load.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const core = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));
const cpu = dirname(require.resolve('@tensorflow/tfjs-backend-cpu/package.json'));
const simd = join(here, '../../dist/index.js');

/** Files beside the built backend (worker, kernels) are found from where it lies, not from the bundle. */
const keepPlace = {
  name: 'keep-place',
  setup(builder) {
    builder.onLoad({ filter: /tensor-backend-simd\/dist\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const place = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', place), loader: 'js' };
    });
  },
};

/** @param {string} outfile  where the bundle goes. */
export async function bundleTests(outfile) {
  await build({
    entryPoints: [join(here, 'entry.mjs')],
    outfile,
    bundle: true,
    ignoreAnnotations: true, // tfjs-core says that its files have no side effects; its tests do
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    mainFields: ['module', 'main'],
    alias: {
      '@tensorflow/tfjs-core': join(core, 'dist'),
      '@tensorflow/tfjs-backend-cpu': join(cpu, 'dist/index.js'),
      '@bnrnn/tensor-backend-simd': simd,
    },
    // The wasm backend is imported by name where it is started, which these tests never do.
    external: [
      '@tensorflow/tfjs-backend-wasm',
      'koffi',
      'jasmine-core',
      'node-fetch',
      'string_decoder',
    ],
    plugins: [keepPlace],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
}
