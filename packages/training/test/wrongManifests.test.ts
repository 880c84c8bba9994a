import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BnrnnError } from '@bnrnn/core';
import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import {
  decodeSafetensors,
  encodeSafetensors,
  loadModel,
  train,
  type StoredTensor,
  type TensorSource,
  type TrainOptions,
} from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeManifest, encodeManifest, type Manifest } from '../src/checkpoint/manifest';
import { temporaryFolder } from './temporaryFolder';
import { tinyOptions } from './tinyData';

let folder = '';
let path = '';

beforeAll(async () => {
  await startBackend(testBackend());
});

const smallModel = (): SequenceModel =>
  languageModel({
    ...{ vocabulary: 11, embedding: 5, seed: 4 },
    layers: [lstm({ units: 4, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.3 },
  });

const optionsOf = (change: Partial<TrainOptions> = {}): Omit<TrainOptions, 'model'> => ({
  ...tinyOptions(),
  optimizer: { kind: 'momentum', momentum: 0.5 },
  checkpoints: { store: folderStore(folder) },
  mustMatch: { 'data.layout': 'contiguous' },
  meta: { seed: 1 },
  ...change,
});

async function run(change: Partial<TrainOptions>): Promise<void> {
  const model = smallModel();
  try {
    const events = [];
    for await (const event of train({ ...optionsOf(change), model })) events.push(event);
    expect(events.length).toBeGreaterThan(0);
  } finally {
    model.dispose();
  }
}

beforeEach(async () => {
  folder = temporaryFolder();
  await run({ maxSteps: 2 });
  path = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.json'))!,
  );
});

const manifest = (): Manifest => decodeManifest(readFileSync(path, 'utf8'), path);
const sign = (changed: unknown): void => writeFileSync(path, encodeManifest(changed as Manifest));

/** Writes the tensors anew, and the manifest with their digest. */
async function changeTensors(change: (tensors: Map<string, StoredTensor>) => void): Promise<void> {
  const before = manifest();
  const file = join(folder, before.tensors.file);
  const tensors = decodeSafetensors(readFileSync(file), file);
  change(tensors);
  const sources = new Map(
    [...tensors].map(([name, { shape, data }]): [string, TensorSource] => [
      name,
      { type: data instanceof Int32Array ? 'I32' : 'F32', shape, read: () => data },
    ]),
  );
  const parts: Uint8Array[] = [];
  for await (const part of encodeSafetensors(sources)) parts.push(part);
  const bytes = Buffer.concat(parts);
  writeFileSync(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  sign({ ...before, tensors: { ...before.tensors, bytes: bytes.length, sha256 } });
}

/** Loads and resumes: a sentence each time, and nothing stays in memory. */
async function refusals(): Promise<string[]> {
  const before = memory().numTensors;
  const said: string[] = [];
  const ways: (() => Promise<unknown>)[] = [
    async () => (await loadModel(folderStore(folder))).dispose(),
    () => run({ resume: true, maxSteps: 4 }),
  ];
  for (const way of ways) {
    const error: unknown = await way().then(
      () => new BnrnnError('taken'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(BnrnnError);
    said.push((error as BnrnnError).message);
    expect(memory().numTensors, said.at(-1)).toBe(before);
  }
  return said;
}

test('the checkpoint is taken as it was written', async () => {
  expect(await refusals()).toEqual(['taken', 'taken']);
  expect(manifest()).toMatchObject({
    meta: { seed: 1 },
    settings: { others: { 'data.layout': 'contiguous' } },
  });
});

describe('a manifest that is well signed and wrong', () => {
  const models: unknown[] = [
    null,
    7,
    [],
    {},
    { kind: 'constructor' },
    { kind: 'languageModel' },
    { kind: 'languageModel', layers: null },
    { kind: 'languageModel', layers: [null] },
    { kind: 'languageModel', layers: [{ kind: 'lstm', units: 3, normalize: 5 }] },
    { kind: 'languageModel', layers: [{ kind: 'bidirectional' }] },
  ];

  test.each(models.map((model) => [JSON.stringify(model), model]))(
    'with the model %s is refused in a sentence',
    async (_, model) => {
      const before = manifest();
      sign({ ...before, settings: { ...before.settings, model } });
      for (const sentence of await refusals()) expect(sentence).not.toBe('taken');
    },
  );

  test.each<[string, (spec: Record<string, unknown>) => object]>([
    ['sizes beyond all memory', (spec) => ({ ...spec, vocabulary: 2 ** 31 })],
    ['a size that is a text', (spec) => ({ ...spec, vocabulary: '11' })],
    ['an initializer that is none', (spec) => ({ ...spec, initializer: null })],
  ])('with %s is refused and frees what was made', async (_, change) => {
    const before = manifest();
    const model = change(before.settings.model as Record<string, unknown>);
    sign({ ...before, settings: { ...before.settings, model } });
    for (const sentence of await refusals()) expect(sentence).not.toBe('taken');
  });

  test.each<[string, object]>([
    ['step', { step: 1e300 }],
    ['batch', { batch: -1 }],
    ['sums', { sums: [] }],
    ['best', { best: { step: 2 } }],
  ])('with a wrong %s is refused', async (name, change) => {
    const before = manifest();
    sign({ ...before, progress: { ...before.progress, ...change } });
    for (const sentence of await refusals()) expect(sentence).toContain(`progress.${name}`);
  });

  test('of other data is refused where it is resumed, by its path', async () => {
    const before = manifest();
    const others = { ...before.settings.others, 'data.layout': 'interleaved' };
    sign({ ...before, settings: { ...before.settings, others } });
    expect(await refusals()).toEqual([
      'taken',
      `${path} was made with other settings: data.layout is "interleaved" there and "contiguous" here.`,
    ]);
    sign({ ...before, settings: { ...before.settings, others: undefined } });
    expect(await refusals()).toEqual(['taken', 'taken']);
  });
});

describe('tensors that are well signed and wrong', () => {
  const whole = (shape: number[], size: number): StoredTensor => ({
    shape,
    data: new Float32Array(size),
  });

  test.each<[string, string, (tensors: Map<string, StoredTensor>) => void]>([
    ['without a weight', 'has no tensor model/', (all) => all.delete('model/softmax.bias')],
    [
      'with a weight of another shape',
      'model/softmax.bias is [3], expected [11]',
      (all) => all.set('model/softmax.bias', whole([3], 3)),
    ],
    [
      'with whole numbers',
      'model/softmax.bias holds whole numbers, expected floats',
      (all) => all.set('model/softmax.bias', { shape: [11], data: new Int32Array(11) }),
    ],
  ])('%s are refused both times', async (_, sentence, change) => {
    await changeTensors(change);
    for (const said of await refusals()) expect(said).toContain(sentence);
  });

  test.each<[string, string, (tensors: Map<string, StoredTensor>) => void]>([
    [
      'half of the carried state',
      'has no tensor state/',
      (all) => {
        const last = [...all.keys()].filter((name) => name.startsWith('state/')).at(-1)!;
        all.delete(last);
      },
    ],
    [
      'a state of other streams',
      'the carried state has 7 streams, expected 3 as the batch has',
      (all) => {
        for (const [name, { shape }] of all) {
          if (!name.startsWith('state/')) continue;
          const [, units = 1] = shape;
          all.set(name, whole([7, units], 7 * units));
        }
      },
    ],
    [
      'no memory of the optimizer',
      'has no tensor optimizer/velocity/',
      (all) => {
        for (const name of [...all.keys()]) if (name.startsWith('optimizer/')) all.delete(name);
      },
    ],
  ])('with %s are refused where they are resumed', async (_, sentence, change) => {
    await changeTensors(change);
    const [loaded, resumed] = await refusals();
    expect(loaded).toBe('taken');
    expect(resumed).toContain(sentence);
  });
});
