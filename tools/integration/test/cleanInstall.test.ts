import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedPackages, readManifest, root, specifiersOf } from './publishedPackages';

const run = promisify(execFile);
const packages = publishedPackages();
const specifiers = packages.flatMap(({ manifest }) => specifiersOf(manifest));
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-clean-install-'));
const consumers = join(import.meta.dirname, '..', 'consumers');

const installed = (name: string, ...path: string[]): string =>
  join(folder, 'node_modules', ...name.split('/'), ...path);

/** Loads every specifier and runs every use; a line of JSON with both. */
const consumer = (load: string): string => `
const load = ${load};
const main = async () => {
  const { uses } = await import('./uses.mjs');
  const names = {};
  for (const specifier of ${JSON.stringify(specifiers)}) {
    names[specifier] = Object.keys(await load(specifier)).filter((name) => name !== 'default').sort();
  }
  const results = {};
  for (const name of ${JSON.stringify(packages.map(({ manifest }) => manifest.name))}) {
    results[name] = (await uses[name]?.(load)) ?? 'no use: add one to consumers/uses.mjs';
  }
  process.stdout.write(JSON.stringify({ names, results }) + '\\n', () => process.exit());
};
void main();
`;

/** Every specifier as a TypeScript module sees it. */
const everyImport = specifiers
  .map((specifier, i) => `import * as m${i} from '${specifier}';\nvoid m${i};\n`)
  .join('');

interface Said {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly results: Readonly<Record<string, unknown>>;
}

beforeAll(() => {
  const npm = (cwd: string, args: string[]): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const workspaces = packages.flatMap(({ manifest }) => ['-w', manifest.name]);
  const packed = npm(root, ['pack', '--silent', '--pack-destination', folder, ...workspaces]);
  const tarballs = packed
    .trim()
    .split('\n')
    .map((name) => join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(folder, 'esm.mjs'), consumer('(name) => import(name)'));
  writeFileSync(join(folder, 'cjs.cjs'), consumer('async (name) => require(name)'));
  for (const extension of ['mts', 'cts']) {
    writeFileSync(join(folder, `every.${extension}`), everyImport);
    copyFileSync(join(consumers, 'typed.ts'), join(folder, `typed.${extension}`));
  }
  copyFileSync(join(consumers, 'uses.mjs'), join(folder, 'uses.mjs'));
  const flags = ['--silent', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm(folder, ['install', ...flags, ...tarballs, '@tensorflow/tfjs-core@4.22.0']);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe('the packed packages in an empty folder', () => {
  it('run the quickstart from the command line', async () => {
    const bnrnn = join(folder, 'node_modules', '.bin', 'bnrnn');
    const { stdout } = await run(bnrnn, ['quickstart', '--max-steps', '2'], { cwd: folder });
    expect(stdout).toContain('corpus glosses: 10,000 types');
    expect(stdout).toMatch(/^At step 2 the training loss of ptb-small-bn /m);
    expect(stdout).toMatch(/\nreport: runs\/quickstart\/report\.html\n$/);
    expect(existsSync(join(folder, 'runs/quickstart/report.html'))).toBe(true);
  });

  it('each load and do something real, as ESM and as CommonJS', async () => {
    const said = async (script: string): Promise<Said> => {
      const { stdout } = await run(process.execPath, [script], { cwd: folder });
      return JSON.parse(stdout) as Said;
    };
    const [esm, cjs] = [await said('esm.mjs'), await said('cjs.cjs')];
    expect(cjs).toEqual(esm);
    for (const names of Object.values(esm.names)) expect(names.length).toBeGreaterThan(0);

    const { '@bnrnn/training': training, ...others } = esm.results;
    expect(others).toMatchObject({
      '@bnrnn/tensor-backend': ['cpu', 11],
      '@bnrnn/tensor-backend-simd': ['simd', 11],
      '@bnrnn/mpi': { family: 'MPICH', ranks: 2 },
      '@bnrnn/data-wsj-features': 'a  [\n  1 -2.5 ]\n',
      '@bnrnn/reporting': '**Training loss, nats per word**',
      '@bnrnn/experiments': ['ptb-small-bn', 10_000],
      '@bnrnn/cli': [0, 'authors-code'],
    });
    expect(Object.values(others)).not.toContain('no use: add one to consumers/uses.mjs');
    const { name, types, losses } = training as { name: string; types: number; losses: number[] };
    expect(name).toBe('simd');
    expect(losses).toHaveLength(3);
    // A new model is nearly uniform over the types: the first loss is close to log(types).
    expect(Math.abs((losses[0] as number) - Math.log(types))).toBeLessThan(0.3);
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });

  it.each(['node16', 'bundler'])('have types for TypeScript with %s', async (resolution) => {
    const config = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2023'],
        module: resolution === 'node16' ? 'node16' : 'esnext',
        moduleResolution: resolution,
        types: ['node'],
        typeRoots: [join(root, 'node_modules', '@types')],
      },
      files: ['every', 'typed'].flatMap((name) =>
        (resolution === 'node16' ? ['mts', 'cts'] : ['mts']).map((end) => `${name}.${end}`),
      ),
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch(
      (error: unknown) => error as { stdout: string },
    );
    // tfjs-core's own declarations need a browser's.
    const faults = stdout.split('\n').filter((line) => !/^\s|\/@(tensorflow|webgpu)\//.test(line));
    expect(faults).toEqual(['']);
  });
});

describe.each(packages)('$manifest.name as it is published', ({ folder: own, manifest }) => {
  const files = (): string[] =>
    readdirSync(installed(manifest.name), { recursive: true, encoding: 'utf8' });

  it('has the licence, sources and types, and no tests or test helpers', () => {
    const names = files();
    expect(names).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', join('src', 'index.ts')]),
    );
    const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
    expect(readFileSync(installed(manifest.name, 'LICENSE'), 'utf8')).toBe(licence);
    expect(names.filter((name) => /\.(test|bench)\.|^(test|bench)\b/.test(name))).toEqual([]);
    const helpers = names.filter(
      (name) =>
        /\.[cm]?[jt]s$/.test(name) &&
        /from ['"](vitest|@bnrnn\/test-utils)['"]/.test(
          readFileSync(installed(manifest.name, name), 'utf8'),
        ),
    );
    expect(helpers).toEqual([]);
  });

  it('says where it comes from', () => {
    const { repository, homepage, bugs } = readManifest(installed(manifest.name, 'package.json'));
    expect(repository?.type).toBe('git');
    expect(repository?.url).toMatch(/^git\+https:\/\/.*\.git$/);
    expect(repository?.directory).toBe(`packages/${own}`);
    expect(homepage).toMatch(new RegExp(`^https://.*/packages/${own}#readme$`));
    expect(typeof bugs === 'string' ? bugs : bugs?.url).toMatch(/^https:\/\/.*\/issues$/);
  });

  it('declares every package that it loads', () => {
    const { name, dependencies, peerDependencies, optionalDependencies } = manifest;
    const declared = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
    const loaded = files()
      .filter((file) => /^dist\b.*\.(c?js|d\.c?ts)$/.test(file))
      .flatMap((file) => importsOf(readFileSync(installed(name, file), 'utf8')))
      .filter((wanted) => !isBuiltin(wanted) && wanted !== name);
    expect([...new Set(loaded)].filter((wanted) => !declared.includes(wanted))).toEqual([]);
  });
});

/** The packages that a built file imports, requires or takes types from. */
function importsOf(code: string): string[] {
  const statement = /^(?:import|export|\} from|var .* = require)\b.*["']([^"'.][^"']*)["']\)?;?$/gm;
  const call = /\b(?:import|require)\(["']([^"'.][^"']*)["']\)/g;
  return [...code.matchAll(statement), ...code.matchAll(call)].map(([, specifier = '']) =>
    isBuiltin(specifier)
      ? specifier
      : specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
  );
}
