import { resolveRun, tasks } from '@bnrnn/experiments';
import { modelFromSpec, type ModelSpec } from '@bnrnn/recurrent';
import { startBackend, type Rehearsal } from '@bnrnn/tensor-backend';
import { makeOptimizer, rehearseStep, StepDoesNotFitError, type BatchSizes } from '@bnrnn/training';
import { engine } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchesOf, lstm, trainSteps, words } from './trainedModels';

beforeAll(() => startBackend('simd', { threads: 2 }));

const gibibyte = 2 ** 30;
/** 23 filterbanks with deltas and delta-deltas; the tied states of a WSJ recipe. */
const wsj = { features: 69, classes: 3546 };

interface Measured {
  readonly bytes: { readonly peak: number };
  resetPeak(): void;
}

function rehearsalOf(spec: ModelSpec, sizes: BatchSizes): Rehearsal | undefined {
  const model = modelFromSpec(spec, { seed: 1 });
  const optimizer = makeOptimizer({ kind: 'momentum', momentum: 0.9 }, model.parameters);
  try {
    return rehearseStep({ model, optimizer }, sizes);
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}

function specOf(preset: string) {
  const data = { train: 'random', dev: 'random', alignments: ['random'] };
  const { settings } = resolveRun(tasks.speech, { preset, data });
  const batch = settings['data.batch'].value;
  return {
    spec: tasks.speech.modelSpec(settings, wsj),
    time: settings['data.maxFrames'].value,
    batch,
  };
}

describe.each(['wsj-birnn', 'wsj-birnn-bn'])('%s', (preset) => {
  test('its largest batch fits in 4 GiB', () => {
    const { spec, time, batch } = specOf(preset);
    expect([batch, time]).toEqual([24, 1300]);
    const rehearsal = rehearsalOf(spec, { time, batch });
    expect(rehearsal).toMatchObject({ fits: true, complete: true });
    expect(rehearsal!.capacityBytes).toBeLessThan(4 * gibibyte);
    expect(rehearsal!.neededBytes).toBeLessThan(3.9 * gibibyte);
    // Less would mean that the rehearsal has missed what 5 layers must keep: gates and cells of all frames.
    expect(rehearsal!.neededBytes).toBeGreaterThan(5 * 2 * time * batch * 5 * 250 * 4);
  });

  test('a fiftieth of its frames really takes what its rehearsal says', async () => {
    const { spec, time, batch } = specOf(preset);
    const sizes = { time: time / 50, batch };
    const backend = engine().backend as unknown as Measured;
    backend.resetPeak();
    await trainSteps({ spec, source: batchesOf(spec, [sizes.time], batch), steps: 1 });
    const { peak } = backend.bytes;
    expect(rehearsalOf(spec, sizes)!.neededBytes / peak).toBeCloseTo(1, 2);
  });
});

describe('a step that does not fit', () => {
  const spec = words(lstm(100), { vocabulary: 200 });
  const run = async (time: number, batch: number): Promise<unknown> => {
    const data = { inputs: new Int32Array(0), targets: new Int32Array(0) };
    const source = {
      batchesPerEpoch: 1,
      largest: { time, batch },
      batches: () => [{ kind: 'tokens', time, batch, ...data, resetState: true } as const],
    };
    try {
      await trainSteps({ spec, source, steps: 1 });
    } catch (error) {
      return error;
    }
    return 'trained';
  };

  test('is refused before it begins, with what would fit', async () => {
    const error = (await run(800, 1000)) as StepDoesNotFitError;
    expect(error).toBeInstanceOf(StepDoesNotFitError);
    expect(error.message).toMatch(
      /^train: a step on a batch of 1000 with 800 time steps needs [4-9],\d{3} MiB of memory, and there is room for 4,096 MiB\.$/,
    );
    const { time, batch } = error.fits;
    expect(error.hint).toBe(`Would fit: ${time} time steps, or a batch of ${batch}.`);
    expect(time! / 800).toBeCloseTo(batch! / 1000, 1);

    const fits = (sizes: BatchSizes) => rehearsalOf(spec, sizes)?.fits;
    expect(fits({ time: time!, batch: 1000 })).toBe(true);
    expect(fits({ time: time! + 1, batch: 1000 })).toBe(false);
    expect(fits({ time: 800, batch: batch! })).toBe(true);
    expect(fits({ time: 800, batch: batch! + 1 })).toBe(false);
  });

  test('a tensor larger than all memory ends the count', async () => {
    const error = (await run(20_000, 1000)) as Error;
    expect(error.message).toMatch(
      /a batch of 1000 with 20,000 time steps needs more than \d+,\d{3} MiB of memory/,
    );
  });
});
