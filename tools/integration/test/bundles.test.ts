import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expectClose } from '@bnrnn/test-utils';
import { findChromium, openBrowser, type Browser } from '@bnrnn/test-utils/browser';
import { build as esbuild } from 'esbuild';
import { build as vite, createLogger } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main as trainCharacters, type Trained } from './page/trainCharacters';
import { main as useParsers } from './page/useParsers';
import { root } from './publishedPackages';
import { wavBytes } from './wavBytes';

/** What runs in browsers. Each is bundled whole, as built. */
const libraries = [
  'core',
  'tensor-backend',
  'normalization',
  'recurrent',
  'training',
  'reporting',
  'data-ptb',
  'data-wsj-features',
];
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whatever a bundle is made of, by library and bundler. */
const sizes: string[] = [];
afterAll(() => {
  process.stdout.write(`\nbundles, minified (gzipped):\n${sizes.join('\n')}\n`);
});

function note(name: string, bundler: string, bundle: Uint8Array): void {
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  sizes.push(`  ${name}, ${bundler}: ${kB(bundle.length)} (${kB(gzipSync(bundle).length)})`);
}

async function bundleWithEsbuild(contents: string): Promise<Uint8Array> {
  const { outputFiles, warnings } = await esbuild({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]?.contents ?? new Uint8Array(0);
}

async function bundleWithVite(name: string, contents: string): Promise<Uint8Array> {
  const said: string[] = [];
  const logger = createLogger('warn');
  const hear = (message: string): void => void said.push(message);
  Object.assign(logger, { warn: hear, warnOnce: hear, error: hear });
  const entry = join(folder, `${name}.entry.mjs`);
  writeFileSync(entry, contents);
  const outDir = join(folder, 'vite', name);
  await vite({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    customLogger: logger,
    resolve: { alias: { '@bnrnn': join(root, 'node_modules', '@bnrnn') } },
    build: {
      outDir,
      target: 'es2022',
      minify: true,
      chunkSizeWarningLimit: 2_000,
      lib: { entry, formats: ['es'], fileName: () => 'index.js' },
    },
  });
  expect(said).toEqual([]);
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.m?js$/.test(file),
  );
  return Buffer.concat(files.map((file) => readFileSync(join(outDir, file))));
}

describe.each(libraries)('@bnrnn/%s in a bundle for browsers', (name) => {
  const everything = `export * from '@bnrnn/${name}';`;

  it('by esbuild, without warnings or shims', async () => {
    const bundle = await bundleWithEsbuild(everything);
    note(name, 'esbuild', bundle);
    writeFileSync(join(folder, `${name}.js`), bundle);
  });

  it('by Vite, without warnings or shims', async () => {
    note(name, 'Vite', await bundleWithVite(name, everything));
  });
});

const program = findChromium();

describe.runIf(program)('in a headless Chromium, where there is one', () => {
  let page: Browser;

  beforeAll(async () => {
    for (const name of ['trainCharacters', 'useParsers']) {
      const bundle = await bundleWithEsbuild(`export { main } from './page/${name}';`);
      note(name, 'esbuild', bundle);
      writeFileSync(join(folder, `${name}.js`), bundle);
    }
    writeFileSync(
      join(folder, 'names.js'),
      'export const main = async (name) => Object.keys(await import(`/${name}.js`)).sort();',
    );
    page = await openBrowser({ program: program ?? '', folder });
  });
  afterAll(() => page.close());

  it.each(libraries)('@bnrnn/%s loads, with every name that Node has', async (name) => {
    const inNode = (await import(`@bnrnn/${name}`)) as object;
    expect(await page.run('names.js', name)).toEqual(Object.keys(inNode).sort());
  });

  it('a batch-normalized character model trains for 20 steps as in Node, and is saved and loaded', async () => {
    const inPage = (await page.run('trainCharacters.js')) as Trained;
    const inNode = await trainCharacters();
    expect(inNode.losses).toHaveLength(20);
    expect(inNode.losses[19]).toBeLessThan((inNode.losses[0] ?? 0) - 0.3);
    expectClose(Float64Array.from(inPage.losses), Float64Array.from(inNode.losses), { rtol: 1e-5 });
    expect(inPage.perplexity / inNode.perplexity).toBeCloseTo(1, 5);
    expect(inPage.loaded).toBe(inNode.loaded);
    expect(inPage.checkpoints).toHaveLength(inNode.checkpoints.length);
    expect(inPage.checkpoints.length).toBeGreaterThan(0);
    expect([inPage.tensors, inNode.tensors]).toEqual([0, 0]);
  });

  it('archives, recordings, labels and runs are read as in Node', async () => {
    const files = { wav: [...wavBytes(800)], config, events };
    const inNode = await useParsers(files);
    expect(inNode).toMatchObject({ frames: 3, labels: [0, 1] });
    expect(await page.run('useParsers.js', files)).toEqual(inNode);
    expect(page.console.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});

const config = JSON.stringify({
  preset: 'own',
  recipe: 'own',
  backend: 'cpu',
  seed: 1,
  unit: 'frame',
  corpus: { name: 'own', sha256: { train: 'ab' }, counts: { train: 3 }, classes: 2 },
  settings: { 'model.units': { value: 4, source: 'user' } },
});
const events = [1, 2, 3]
  .map((step) => {
    const measured = {
      loss: 1 / step,
      learningRate: 0.1,
      gradientNorm: 1,
      clipped: false,
      units: 3,
    };
    return `${JSON.stringify({ type: 'step', step, epoch: 0, at: step, ...measured, unitsPerSecond: 9 })}\n`;
  })
  .join('');
