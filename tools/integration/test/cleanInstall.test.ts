import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const packages = [
  'core',
  'tensor-backend',
  'normalization',
  'recurrent',
  'data-ptb',
  'training',
] as const;
const folder = mkdtempSync(join(tmpdir(), 'bnrnn-clean-install-'));

/** What a user's script would do; `load` imports or requires a package. */
const consumer = `
async function main(load) {
  const { startBackend } = await load('@bnrnn/tensor-backend');
  const { batchNorm } = await load('@bnrnn/normalization');
  const { languageModel, lstm } = await load('@bnrnn/recurrent');
  const { synthetic, tokenBatches } = await load('@bnrnn/data-ptb');
  const { train } = await load('@bnrnn/training');

  const { name } = await startBackend('auto');
  const corpus = synthetic();
  const model = languageModel({
    vocabulary: corpus.vocabulary.size,
    embedding: 8,
    layers: [lstm({ units: 8, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.1 },
    seed: 1,
  });
  const types = corpus.vocabulary.size;
  const losses = [];
  for await (const event of train({
    model,
    data: { train: tokenBatches(corpus.splits.train, { batch: 4, time: 5, layout: 'tensorflow' }) },
    optimizer: { kind: 'sgd' },
    schedule: { initial: 1, decayFactor: 2, firstDecayedEpoch: 2 },
    seed: 1,
    epochs: 1,
    maxSteps: 3,
    run: { preset: 'own', recipe: 'own', backend: name, corpus: corpus.info },
    now: Date.now,
  })) {
    if (event.type === 'step') losses.push(event.loss);
  }
  console.log(JSON.stringify({ name, types, losses }));
}
`;

describe('the packed packages in an empty folder', () => {
  beforeAll(() => {
    const npm = (args: string[]): string =>
      execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const names = npm([
      'pack',
      '--silent',
      '--pack-destination',
      folder,
      ...packages.flatMap((name) => ['-w', `@bnrnn/${name}`]),
    ]);
    const tarballs = names
      .trim()
      .split('\n')
      .map((name) => join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    writeFileSync(join(folder, 'esm.mjs'), `${consumer}\nawait main((name) => import(name));\n`);
    writeFileSync(join(folder, 'cjs.cjs'), `${consumer}\nmain(async (name) => require(name));\n`);
    execFileSync(
      'npm',
      [
        'install',
        '--silent',
        '--prefer-offline',
        ...tarballs,
        '@tensorflow/tfjs-core@4.22.0',
        '@tensorflow/tfjs-backend-wasm@4.22.0',
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['esm.mjs', 'cjs.cjs'])('trains three steps from %s under plain Node', (script) => {
    const output = execFileSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
    const { name, types, losses } = JSON.parse(output) as {
      name: string;
      types: number;
      losses: number[];
    };
    expect(name).toBe('wasm');
    expect(losses).toHaveLength(3);
    // A new model is nearly uniform over the types: the first loss is close to log(types).
    expect(Math.abs((losses[0] as number) - Math.log(types))).toBeLessThan(0.3);
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });

  it('ships sources and types, and no tests', () => {
    const manifest = join(folder, 'node_modules', '@bnrnn', 'recurrent', 'package.json');
    const { types } = JSON.parse(readFileSync(manifest, 'utf8')) as { types: string };
    const declarations = readFileSync(join(manifest, '..', types), 'utf8');
    expect(declarations).toContain('languageModel');
    const files = execFileSync('find', [join(manifest, '..'), '-name', '*.test.ts']).toString();
    expect(files).toBe('');
  });
});
