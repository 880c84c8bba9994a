import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { synthesizeSpeech } from '@bnrnn/data-wsj-features/node';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from './codeBlocks';
import { root } from './publishedPackages';
import { wavBytes } from './wavBytes';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-blocks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]): string => join(folder, ...parts);

const blocks = codeBlocks().map((block) => ({
  ...block,
  name: block.where.replaceAll(/[^A-Za-z0-9]+/g, '-'),
}));
const typed = blocks.filter(({ kind }) => kind !== 'excerpt');

/** Runs a block and tells how many tensors it leaves behind. */
const runner = `
import { engine } from '@tensorflow/tfjs-core';
const before = engine().state.numTensors;
await import('./' + process.argv[2]);
const left = engine().state.numTensors - before;
process.stdout.write('\\n' + JSON.stringify({ left }) + '\\n', () => process.exit());
`;

beforeAll(async () => {
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  writeFileSync(at('package.json'), '{ "type": "module", "private": true }\n');
  writeFileSync(at('run.mjs'), runner);
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    // Blocks are read by users whose own settings are TypeScript's `strict`.
    compilerOptions: {
      noUncheckedIndexedAccess: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      lib: ['es2023', 'dom'],
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    files: typed.map(({ name }) => `${name}.ts`),
  };
  writeFileSync(at('tsconfig.json'), JSON.stringify(config));
  for (const { name, code } of typed) {
    writeFileSync(at(`${name}.ts`), `${code}export {};\n`);
    const { code: script } = await transform(code, { loader: 'ts', format: 'esm' });
    writeFileSync(at(`${name}.mjs`), script);
  }
  await Promise.all([makeSpeech(), makeRuns()]);
}, 240_000);

/** Speech-like data under the names that the pages give it, and recordings with labels. */
async function makeSpeech(): Promise<void> {
  await synthesizeSpeech(at('made'), {
    hours: 0.02,
    devHours: 0.004,
    columns: 6,
    jobs: 2,
    seed: 5,
  });
  const links = {
    'data/train': 'data/train',
    'data/train_tr90': 'data/train',
    'data/train_si284': 'data/train',
    'data/dev': 'data/dev',
    'exp/ali': 'exp/ali_train',
    'exp/tri3_ali': 'exp/ali_train',
    'exp/tri4b_ali_si284': 'exp/ali_train',
    'exp/mono_ali': 'exp/ali_train',
    'exp/dnn4_pretrain-dbn_dnn': 'exp/ali_train',
    'exp/ali_dev': 'exp/ali_dev',
  };
  for (const [name, made] of Object.entries(links)) {
    mkdirSync(dirname(at(name)), { recursive: true });
    symlinkSync(at('made', made), at(name));
  }
  mkdirSync(at('timit', 'dr1-fvmh0'), { recursive: true });
  writeFileSync(at('timit', 'dr1-fvmh0', 'sx116.wav'), wavBytes(4000));
  writeFileSync(at('timit', 'dr1-fvmh0', 'sx116.phn'), '0 1600 sil\n1600 4000 ah\n');
}

/** Run folders of a baseline and its treatment. */
async function makeRuns(): Promise<void> {
  const main = join(root, 'packages', 'cli', 'dist', 'main.js');
  for (const name of ['ptb-small', 'ptb-small-bn']) {
    const preset = `${name}-tiny`;
    const flags = ['--data', 'synthetic', '--max-steps', '3', '--backend', 'wasm'];
    await run(process.execPath, [main, 'train', preset, ...flags, '--out', `runs/${name}`], {
      cwd: folder,
    });
  }
}

it('pages have blocks of code', () => {
  expect(blocks.length).toBeGreaterThan(15);
});

it('every block is right for TypeScript', async () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(stdout).toBe('');
});

describe('a block', () => {
  it.each(blocks.filter(({ kind }) => kind === 'run'))(
    'runs and leaves no tensor behind: $where',
    async ({ name }) => {
      const { stdout } = await run(process.execPath, [at('run.mjs'), `${name}.mjs`], {
        cwd: folder,
      });
      expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({ left: 0 });
    },
  );

  const quoted = blocks.filter(({ kind }) => kind === 'excerpt');
  it.runIf(quoted.length > 0).each(quoted)('is quoted from the sources: $where', ({ code }) => {
    const sources = readdirSync(join(root, 'packages'))
      .flatMap((name) => {
        const source = join(root, 'packages', name, 'src');
        return readdirSync(source, { recursive: true, encoding: 'utf8' }).map((file) =>
          join(source, file),
        );
      })
      .filter((file) => file.endsWith('.ts'));
    const isIn = (file: string): boolean => readFileSync(file, 'utf8').includes(code);
    expect(sources.some(isIn)).toBe(true);
  });
});
