import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { batchNorm } from '@bnrnn/normalization';
import { languageModel, lstm, type SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { testBackend } from '@bnrnn/test-utils';
import { evaluate, loadModel, train } from '@bnrnn/training';
import { checkpointsOf, folderStore } from '@bnrnn/training/node';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './temporaryFolder';
import { tinyData, tinyOptions } from './tinyData';

beforeAll(async () => {
  await startBackend(testBackend());
});

function model(): SequenceModel {
  return languageModel({
    vocabulary: 11,
    embedding: 5,
    layers: [lstm({ units: 4, normalize: { inputToHidden: batchNorm({ over: 'frame' }) } })],
    initializer: { kind: 'uniform', range: 0.3 },
    seed: 4,
  });
}

const validate = (loaded: SequenceModel) =>
  evaluate({ model: loaded, source: tinyData({ name: 'valid' }), statistics: 'running' });

test('a model is loaded from a run folder or a folder of checkpoints', async () => {
  const run = temporaryFolder();
  const folder = join(run, 'checkpoints');
  const trained = model();
  const events = train({
    ...tinyOptions(),
    model: trained,
    checkpoints: { store: folderStore(folder) },
  });
  while ((await events.next()).done !== true);
  const expected = await validate(trained);
  for (const place of [run, folder]) {
    const loaded = await loadModel(await checkpointsOf(place));
    expect(loaded.spec).toEqual(trained.spec);
    expect(await validate(loaded)).toEqual(expected);
    loaded.dispose();
  }
  const untrained = model();
  expect(await validate(untrained)).not.toEqual(expected);
  [trained, untrained].forEach((each) => each.dispose());
});

test('the best is not the latest when validation became worse', async () => {
  const run = temporaryFolder();
  const folder = join(run, 'checkpoints');
  const trained = model();
  const seen: number[] = [];
  const events = train({
    ...tinyOptions(),
    model: trained,
    epochs: 4,
    schedule: { initial: 0.5, decayFactor: 1e-2, firstDecayedEpoch: 3 },
    evaluation: { statistics: ['running'] },
    checkpoints: { store: folderStore(folder) },
  });
  for await (const event of events) if (event.type === 'evaluation') seen.push(event.nllPerUnit);
  const lowest = Math.min(...seen);
  expect(seen.indexOf(lowest)).toBeLessThan(3);
  const valid = { source: tinyData({ name: 'valid', batches: 3 }), statistics: 'running' } as const;
  const best = await loadModel(await checkpointsOf(run), { which: 'best' });
  const latest = await loadModel(await checkpointsOf(run));
  expect((await evaluate({ model: best, ...valid })).nllPerUnit).toBe(lowest);
  expect((await evaluate({ model: latest, ...valid })).nllPerUnit).toBe(seen[3]);

  const damaged = join(temporaryFolder(), 'copy');
  cpSync(folder, damaged, { recursive: true });
  const newest = readdirSync(damaged).sort().at(-1)!;
  writeFileSync(join(damaged, newest), 'x');
  const refused: string[] = [];
  const older = await loadModel(await checkpointsOf(damaged), {
    onRefused: (sentence) => refused.push(sentence),
  });
  expect(refused).toEqual([expect.stringContaining(`${newest} is not JSON`)]);
  expect((await evaluate({ model: older, ...valid })).nllPerUnit).toBe(seen[2]);
  [trained, best, latest, older].forEach((each) => each.dispose());
});

test('a folder without a checkpoint is one sentence', async () => {
  const folder = temporaryFolder();
  await expect(loadModel(await checkpointsOf(folder))).rejects.toThrow(DataError);
  await expect(loadModel(await checkpointsOf(folder))).rejects.toThrow(
    `${folder} has no checkpoint.`,
  );
});
