import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expectClose } from '@bnrnn/test-utils';
import { memoryStore } from '@bnrnn/training';
import { findChromium, openBrowser, type Browser } from '@bnrnn/test-utils/browser';
import { build as esbuild } from 'esbuild';
import { build as vite, createLogger } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main as onPlainBackend } from './page/onPlainBackend';
import { filesOf, storeOf, type Continued } from './page/onPrivateFiles';
import { main as onSimd, type Place } from './page/onSimd';
import { trainCharacters, type Trained } from './page/trainCharacters';
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
  'tensor-backend-simd',
];
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-bundles-'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
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
  const hear = (message: string): void => {
    // Whoever bundles simd has tfjs's cpu kernels in it, which tensor-backend loads where they are asked for.
    if (!/INEFFECTIVE_DYNAMIC_IMPORT.*tfjs-backend-cpu/.test(message)) said.push(message);
  };
  Object.assign(logger, { warn: hear, warnOnce: hear, error: hear });
  const entry = join(folder, `${name}.entry.mjs`);
  writeFileSync(entry, contents);
  const outDir = join(folder, 'vite', name);
  await vite({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    customLogger: logger,
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

describe('the size of the library, without tfjs and without WebAssembly modules', () => {
  const training = ['core', 'normalization', 'recurrent', 'tensor-backend', 'training'];

  /** What esbuild makes of packages for a page that brings tfjs by itself, gzipped, in bytes. */
  async function sizeOf(names: readonly string[]): Promise<number> {
    const { outputFiles, warnings } = await esbuild({
      stdin: {
        contents: names.map((name, k) => `export * as part${k} from '@bnrnn/${name}';`).join('\n'),
        resolveDir: here,
      },
      external: ['@tensorflow/*', 'webgpu'],
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      write: false,
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    // Modules lie in the code of simd as base64.
    const [code = ''] = outputFiles.map(({ text }) => text.replace(/[A-Za-z0-9+/=]{4096,}/g, ''));
    expect(code).not.toContain('AGFzbQ');
    const bytes = gzipSync(code).length;
    sizes.push(`  ${names.join(' + ')}, without tfjs: ${(bytes / 1000).toFixed(1)} kB gzipped`);
    return bytes;
  }

  it('is at most 150 kB gzipped, on simd and on webgpu', async () => {
    expect(await sizeOf(training)).toBeLessThan(150_000);
    expect(await sizeOf([...training, 'tensor-backend-simd'])).toBeLessThan(150_000);
    expect(await sizeOf([...training, 'tensor-backend-webgpu'])).toBeLessThan(150_000);
    const all = [...training, 'tensor-backend-simd', 'tensor-backend-webgpu'];
    expect(await sizeOf(all)).toBeLessThan(150_000);
  });
});

const program = findChromium();
const pages = ['onPlainBackend', 'onPrivateFiles', 'fillPrivateFiles', 'onSimd', 'useParsers'];
const wasmModules = join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');

/** Whether a page and Node have trained the same model. */
function expectSame(inPage: Trained, inNode: Trained, steps: number): void {
  expect(inNode.losses).toHaveLength(steps);
  expect(inNode.losses[steps - 1]).toBeLessThan((inNode.losses[0] ?? 0) - 0.3);
  // Over 50 steps Adam lets differences of the order of additions grow tenfold.
  const rtol = steps > 20 ? 1e-4 : 1e-5;
  expectClose(Float64Array.from(inPage.losses), Float64Array.from(inNode.losses), { rtol });
  expect(Math.abs(inPage.perplexity / inNode.perplexity - 1)).toBeLessThan(rtol);
  expect(inPage.loaded).toBe(inNode.loaded);
  expect(inPage.checkpoints).toHaveLength(inNode.checkpoints.length);
  expect(inPage.checkpoints.length).toBeGreaterThan(0);
  expect([inPage.tensors, inNode.tensors]).toEqual([0, 0]);
}

describe.runIf(program)('in a headless Chromium, where there is one', () => {
  let page: Browser;
  let notIsolated: Browser;

  beforeAll(async () => {
    for (const name of pages) {
      const bundle = await bundleWithEsbuild(`export { main } from './page/${name}';`);
      note(name, 'esbuild', bundle);
      writeFileSync(join(folder, `${name}.js`), bundle);
    }
    writeFileSync(
      join(folder, 'names.js'),
      'export const main = async (name) => Object.keys(await import(`/${name}.js`)).sort();',
    );
    for (const kind of ['', '-simd', '-threaded-simd']) {
      const file = `tfjs-backend-wasm${kind}.wasm`;
      copyFileSync(join(wasmModules, file), join(folder, file));
    }
    page = await openBrowser({ program: program ?? '', folder });
    notIsolated = await openBrowser({ program: program ?? '', folder, isolated: false });
  });
  afterAll(async () => {
    await page.close();
    await notIsolated.close();
  });

  it.each(libraries)('@bnrnn/%s loads, with every name that Node has', async (name) => {
    const inNode = (await import(`@bnrnn/${name}`)) as object;
    expect(await page.run('names.js', name)).toEqual(Object.keys(inNode).sort());
  });

  it.each(['cpu', 'wasm'] as const)(
    'a batch-normalized character model trains for 20 steps on %s as in Node, and is saved and loaded',
    async (backend) => {
      const inPage = (await page.run('onPlainBackend.js', backend)) as Trained;
      const inNode = await onPlainBackend(backend);
      expectSame(inPage, inNode, 20);
    },
  );

  it('a second bundle with a tfjs of its own is refused in a sentence', async () => {
    writeFileSync(
      join(folder, 'twoCopies.js'),
      `export async function main() {
        const [first, second] = [await import('/onPlainBackend.js'), await import('/onPlainBackend.js?second')];
        const { losses } = await first.main('cpu');
        const said = await second.main('cpu').then(String, ({ message }) => message);
        return { said, steps: losses.length };
      }`,
    );
    expect(await page.run('twoCopies.js')).toEqual({
      said: 'Two copies of tfjs-core are loaded here: they share one engine and would compute wrongly.',
      steps: 20,
    });
  });

  it('simd refuses threads that a page cannot have, with what it lacks', async () => {
    const place: Place = { inWorker: true, threads: 2 };
    await expect(notIsolated.run('onSimd.js', place)).rejects.toThrow(
      'simd: 2 threads cannot run here: the page is not isolated.',
    );
    await expect(page.run('onSimd.js', { ...place, inWorker: false })).rejects.toThrow(
      "simd: 2 threads cannot run here: a page's own thread may not wait.",
    );
  });

  it('simd trains a model that is normalized inside too for 50 steps as in Node, isolated or not', async () => {
    const inNode = await onSimd({ inWorker: false, threads: 2 });
    const inPage = async (where: Browser, place: Place): Promise<Trained> => {
      const trained = (await where.run('onSimd.js', place)) as Trained;
      expectSame(trained, inNode, 50);
      return trained;
    };
    const two = await inPage(page, { inWorker: true, threads: 2 });
    expect(two).toMatchObject({ threads: 2 });
    expect(two).not.toHaveProperty('limits');
    const own = await inPage(page, { inWorker: false });
    expect(own).toMatchObject({
      threads: 1,
      limits: expect.stringContaining('in a worker') as string,
    });
    for (const inWorker of [true, false]) {
      const plain = await inPage(notIsolated, { inWorker });
      const headers = expect.stringContaining('Cross-Origin-Opener-Policy') as string;
      expect(plain).toMatchObject({ threads: 1, limits: headers });
    }
  });

  it('a run goes from Node to private files of a page and back', async () => {
    const onCpu = { backend: 'cpu' };
    const whole = await trainCharacters({ ...onCpu, steps: 30 });
    const begun = memoryStore();
    await trainCharacters({ ...onCpu, steps: 10, store: begun });
    const inPage = (await page.run('onPrivateFiles.js', {
      files: await filesOf(begun),
      steps: 20,
    })) as Continued;
    expect(inPage.refused).toBe(
      'runs/from-node is in use by another tab; nothing in it was changed.',
    );
    expect(Object.keys(inPage.files).toSorted()).toEqual([
      expect.stringMatching(/^step-00000020-[0-9a-f]{12}\.safetensors$/) as string,
      'step-00000020.json',
    ]);
    expect(inPage.names).toEqual(expect.arrayContaining(Object.keys(inPage.files)));
    expect(inPage.names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const store = storeOf(inPage.files);
    const ended = await trainCharacters({ ...onCpu, steps: 30, store, resume: true });
    const continued = [...inPage.losses, ...ended.losses];
    expectClose(Float64Array.from(continued), Float64Array.from(whole.losses.slice(10)), {
      rtol: 1e-5,
    });
    expect(Math.abs(ended.perplexity / whole.perplexity - 1)).toBeLessThan(1e-5);
  });

  it('a page that may store no more says so, and keeps no part of a file', async () => {
    const small = await openBrowser({ program: program ?? '', folder, quotaBytes: 2 ** 21 });
    try {
      expect(await small.run('fillPrivateFiles.js', 8)).toEqual({
        said: expect.stringMatching(
          /^A checkpoint could not be written to runs\/large: the browser lets this page store no more than the \d MiB that it holds\.$/,
        ) as string,
        hint: expect.stringContaining('Remove older runs') as string,
        left: [],
      });
      expect(await small.run('fillPrivateFiles.js', 1)).toMatchObject({ left: ['a.safetensors'] });
    } finally {
      await small.close();
    }
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
  data: { train: 'train', dev: 'dev', alignments: ['ali'] },
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
