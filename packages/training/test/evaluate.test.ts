import { UsageError, type BatchSource, type TokenBatch, type UtteranceBatch } from '@bnrnn/core';
import { bidirectional, frameClassifier, lstm } from '@bnrnn/recurrent';
import { batchNorm } from '@bnrnn/normalization';
import { startBackend } from '@bnrnn/tensor-backend';
import { expectClose, expectNoLeakAsync, testBackend } from '@bnrnn/test-utils';
import { evaluate, recalibrate } from '@bnrnn/training';
import { tensor3d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyData, type TinyData } from './tinyData';
import { tinyModel } from './tinyModel';

beforeAll(async () => {
  await startBackend(testBackend());
});

/** The batches of a source one by one. */
function windows(source: TinyData): TokenBatch[] {
  return [...source.batches(0)];
}

/** All windows of a source as one long window. */
function joined(source: TinyData): BatchSource<TokenBatch> {
  const all = windows(source);
  const first = all[0]!;
  const batch: TokenBatch = {
    ...first,
    time: all.reduce((sum, { time }) => sum + time, 0),
    inputs: Int32Array.from(all.flatMap(({ inputs }) => [...inputs])),
    targets: Int32Array.from(all.flatMap(({ targets }) => [...targets])),
  };
  return { batchesPerEpoch: 1, batches: () => [batch] };
}

test('the state is carried: windows give what one long window gives', async () => {
  const model = tinyModel();
  const source = tinyData();
  const parts = await evaluate({ model, source, statistics: 'running' });
  const whole = await evaluate({ model, source: joined(source), statistics: 'running' });
  expect(parts.units).toBe(72);
  expect(parts.nllPerUnit).toBeCloseTo(whole.nllPerUnit, 6);
  const reset = tinyData({ resetAt: [0, 1, 2, 3, 4, 5] });
  const without = await evaluate({ model, source: reset, statistics: 'running' });
  expect(Math.abs(without.nllPerUnit - whole.nllPerUnit)).toBeGreaterThan(1e-4);
  model.dispose();
});

test('both averages come from the batches', async () => {
  const model = tinyModel();
  const source = tinyData({ batches: 3, resetAt: [0, 1, 2] });
  const all = await evaluate({ model, source, statistics: 'batch' });
  const each = await Promise.all(
    windows(source).map((batch) =>
      evaluate({
        model,
        source: { batchesPerEpoch: 1, batches: () => [batch] },
        statistics: 'batch',
      }),
    ),
  );
  const nats = each.map(({ nllPerUnit }) => nllPerUnit);
  const mean = nats.reduce((a, b) => a + b) / 3;
  expect(all.nllPerUnit).toBeCloseTo(mean, 6);
  expect(all.perplexity).toBeCloseTo(Math.exp(mean), 5);
  const meanOfExps = nats.map(Math.exp).reduce((a, b) => a + b) / 3;
  expect(all.perplexityMeanOfBatches).toBeCloseTo(meanOfExps, 5);
  expect(all.perplexityMeanOfBatches).toBeGreaterThan(all.perplexity);
  model.dispose();
});

test('recalibrated statistics are the averages over the training batches', async () => {
  const model = tinyModel();
  const source = tinyData();
  const recalibration = await recalibrate({ model, source });
  const { statistics, batches } = recalibration;
  const { mean, variance } = statistics.get('normalize')!;

  // Every batch has as many rows: the average over them is that of E[id] over the time steps.
  const table = (await model.parameters.get('embedding')!.array()) as number[][];
  const moments = windows(source).flatMap(({ inputs, time, batch }) =>
    Array.from({ length: time }, (_, t) => {
      const rows = [...inputs.subarray(t * batch, (t + 1) * batch)].map((id) => table[id]!);
      return rows[0]!.map((_value, f) => {
        const column = rows.map((row) => row[f]!);
        const m = column.reduce((a, b) => a + b) / batch;
        return [m, column.reduce((sum, x) => sum + (x - m) ** 2, 0) / batch] as const;
      });
    }),
  );
  const average = (which: 0 | 1): number[] =>
    moments[0]!.map((_, f) => moments.reduce((sum, row) => sum + row[f]![which], 0) / 24);
  expect(batches).toBe(6);
  expectClose(mean!, { shape: [1, 6], data: average(0) });
  expectClose(variance!, { shape: [1, 6], data: average(1) });
  recalibration.dispose();
  model.dispose();
});

describe('the three statistics', () => {
  test('differ, and recalibrated ones can be passed in or made on the way', async () => {
    const model = tinyModel();
    const source = tinyData({ name: 'valid' });
    const trainSource = tinyData();
    const running = await evaluate({ model, source, statistics: 'running' });
    const batch = await evaluate({ model, source, statistics: 'batch' });
    const made = await evaluate({ model, source, statistics: 'recalibrated', trainSource });
    const recalibration = await recalibrate({ model, source: trainSource });
    const given = await evaluate({ model, source, statistics: 'recalibrated', recalibration });
    expect(given).toEqual(made);
    expect(made).toMatchObject({ recalibrationBatches: 6 });
    expect(running).not.toHaveProperty('recalibrationBatches');
    expect(new Set([running, batch, made].map(({ nllPerUnit }) => nllPerUnit)).size).toBe(3);
    recalibration.dispose();
    model.dispose();
  });

  test('recalibration needs training batches', async () => {
    const model = tinyModel();
    const options = { model, source: tinyData(), statistics: 'recalibrated' } as const;
    await expect(evaluate(options)).rejects.toThrow(UsageError);
    await expect(evaluate(options)).rejects.toThrow('trainSource is absent');
    model.dispose();
  });
});

test('fewer batches can be asked for; none is refused', async () => {
  const model = tinyModel();
  const source = tinyData();
  const two = await evaluate({ model, source, statistics: 'running', maxBatches: 2 });
  expect(two.units).toBe(24);
  const empty = { batchesPerEpoch: 0, batches: () => [] };
  await expect(evaluate({ model, source: empty, statistics: 'running' })).rejects.toThrow(
    'source has no batch',
  );
  model.dispose();
});

test('evaluation leaves no tensor behind, also when it is stopped', async () => {
  const model = tinyModel();
  const source = tinyData();
  await expectNoLeakAsync(() =>
    evaluate({ model, source, statistics: 'recalibrated', trainSource: source }),
  );
  const stopped = tinyModel({ onForward: (count) => count === 2 && controller.abort() });
  const controller = new AbortController();
  await expectNoLeakAsync(async () => {
    const { signal } = controller;
    const evaluation = evaluate({ model: stopped, source, statistics: 'batch', signal });
    await expect(evaluation).rejects.toThrow('aborted');
  });
  model.dispose();
  stopped.dispose();
});

test('a frame classifier reports the share of wrong frames, padding aside', async () => {
  const features = 3;
  const model = frameClassifier({
    features,
    classes: 3,
    layers: [
      bidirectional(
        lstm({ units: 4, normalize: { inputToHidden: batchNorm({ over: 'sequence' }) } }),
        { merge: 'concat', statistics: 'per direction' },
      ),
    ],
    initializer: { kind: 'uniform', range: 0.4 },
    seed: 3,
  });
  const lengths = Int32Array.of(4, 2);
  const mask = [1, 1, 1, 1, 1, 0, 1, 0];
  const inputs = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 1.7));
  const { logits } = model.apply({
    features: tensor3d(inputs, [4, 2, 3]),
    lengths,
  });
  const best = (await logits.array()).flat().map((row) => row.indexOf(Math.max(...row)));
  // Right at rows 0 and 3, wrong at the other four real frames; the padded rows would be wrong too.
  const targets = Int32Array.from(best, (label, i) =>
    [0, 3].includes(i) ? label : (label + 1) % 3,
  );
  const batch: UtteranceBatch = {
    kind: 'utterances',
    time: 4,
    batch: 2,
    features,
    inputs,
    targets,
    lengths,
    keys: ['a', 'b'],
  };
  const result = await evaluate({
    model,
    source: { batchesPerEpoch: 1, batches: () => [batch] },
    statistics: 'running',
  });
  const flat = (await logits.array()).flat();
  const nats = flat.reduce((sum, row, i) => {
    const logSum = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
    return sum + mask[i]! * (logSum - row[targets[i]!]!);
  }, 0);
  expect(result.units).toBe(6);
  expect(result.frameErrorRate).toBeCloseTo(4 / 6, 12);
  expect(result.nllPerUnit).toBeCloseTo(nats / 6, 5);
  model.dispose();
});
