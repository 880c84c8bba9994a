import { Worker } from 'node:worker_threads';
import type { RunEvent, RunEventOf } from '@bnrnn/core';
import { threadGroup } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { cases } from './ranks/cases';
import type { RankAnswer, RankRequest } from './ranks/rankedRun';
import { bundledProgram } from './bundledProgram';
import { temporaryFolder } from './temporaryFolder';

const program = bundledProgram('./ranks/rankedRun');

type Run = Omit<RankRequest, 'group' | 'rank' | 'size'>;

/** Starts a run on so many ranks; what differs between them is asked by rank. */
async function start(
  size: number,
  run: Run,
  each: (rank: number) => Partial<Run> = () => ({}),
): Promise<RankAnswer[]> {
  const group = threadGroup(size);
  const ranks = Array.from({ length: size }, (_, rank) => {
    const workerData: RankRequest = { ...run, ...each(rank), group, rank, size };
    const worker = new Worker(program, { workerData });
    return new Promise<RankAnswer>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
  });
  return Promise.all(ranks);
}

const ofType = <Type extends RunEvent['type']>(
  { events }: RankAnswer,
  type: Type,
): RunEventOf<Type>[] => events.filter((event): event is RunEventOf<Type> => event.type === type);

/** The worst difference of two runs' parameters, as a share of the largest number of each parameter. */
function worst(a: RankAnswer['parameters'], b: RankAnswer['parameters']): number {
  const paths = Object.keys(a);
  expect(Object.keys(b)).toEqual(paths);
  return Math.max(
    ...paths.map((path) => {
      const [left, right] = [a[path]!, b[path]!];
      const largest = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return (
        left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0) / largest
      );
    }),
  );
}

describe.each(Object.keys(cases))('%s', (name) => {
  test('2, 3 and 4 ranks train what one process trains', async () => {
    const [hundred] = (await start(1, { name, maxSteps: 100 })) as [RankAnswer];
    expect(ofType(hundred, 'step')).toHaveLength(100);
    for (const size of [2, 3, 4]) {
      const all = await start(size, { name, maxSteps: 100 });
      for (const rank of all) {
        expect(rank.error).toBeUndefined();
        expect(worst(hundred.first, rank.first)).toBeLessThan(1e-6);
        // Sums in another order differ in the last bit; over 100 steps that grows to less than this.
        expect(worst(hundred.parameters, rank.parameters)).toBeLessThan(2e-4);
        // All ranks have the same bits.
        expect(rank.parameters).toEqual(all[0]!.parameters);
        const steps = ofType(rank, 'step');
        expect(steps.map(({ units }) => units)).toEqual(
          ofType(hundred, 'step').map(({ units }) => units),
        );
        steps.forEach(({ loss }, k) =>
          expect(loss).toBeCloseTo(ofType(hundred, 'step')[k]!.loss, 4),
        );
        const [wanted, found] = [hundred, rank].map((run) => ofType(run, 'evaluation'));
        expect(found).toHaveLength(wanted!.length);
        found!.forEach((evaluation, k) => {
          const { nllPerUnit, units, frameErrorRate, perplexityMeanOfBatches } = wanted![k]!;
          expect(evaluation.units).toBe(units);
          expect(evaluation.nllPerUnit).toBeCloseTo(nllPerUnit, 4);
          expect(evaluation.perplexityMeanOfBatches).toBeCloseTo(perplexityMeanOfBatches, 3);
          expect(evaluation.frameErrorRate).toBe(frameErrorRate);
        });
      }
    }
  }, 120_000);
});

const name = 'lstm, plain';

test('the same number of ranks gives the same bits twice', async () => {
  const [a] = await start(3, { name, maxSteps: 10 });
  const [b] = await start(3, { name, maxSteps: 10 });
  expect(a!.parameters).toEqual(b!.parameters);
});

test('a checkpoint of two ranks goes on with one, three or two', async () => {
  const straight = (await start(1, { name, maxSteps: 12 }))[0]!;
  for (const size of [1, 3, 2]) {
    const folder = temporaryFolder();
    // In the middle of an epoch, with a state to carry.
    const before = await start(2, { name, maxSteps: 8, folder });
    expect(ofType(before[0]!, 'checkpoint').length).toBeGreaterThan(0);
    expect(ofType(before[1]!, 'checkpoint')).toEqual([]);
    const after = await start(size, { name, maxSteps: 12, folder, resume: true });
    for (const rank of after) {
      expect(rank.error).toBeUndefined();
      expect(ofType(rank, 'step').map(({ step }) => step)).toEqual([9, 10, 11, 12]);
      expect(worst(straight.parameters, rank.parameters)).toBeLessThan(1e-5);
    }
  }
}, 60_000);

test('where one rank is asked to stop, all stop after the same step', async () => {
  const ranks = await start(3, { name, maxSteps: 20, folder: temporaryFolder() }, (rank) =>
    rank === 1 ? { stopAfter: 4 } : {},
  );
  for (const rank of ranks) {
    expect(rank.error).toBeUndefined();
    const [end] = ofType(rank, 'end');
    expect(end).toMatchObject({ step: 4, reason: 'interrupted' });
  }
  expect(ofType(ranks[0]!, 'checkpoint').at(-1)?.step).toBe(4);
});

test('ranks that were started with different seeds, lengths or data are refused on every rank', async () => {
  const seeds = await start(3, { name, maxSteps: 2 }, (rank) => ({ seed: rank === 2 ? 8 : 3 }));
  for (const { error, events } of seeds) {
    expect(error).toBe(
      'train: seed is 3 on rank 0 and 8 on rank 2, and all ranks must have the same.',
    );
    expect(events).toEqual([]);
  }
  const [lengths] = await start(2, { name, maxSteps: 2 }, (rank) => ({ maxSteps: 2 + rank }));
  expect(lengths!.error).toContain('maxSteps is 2 on rank 0 and 3 on rank 1');
  const models = await start(2, { name, maxSteps: 2 }, (rank) =>
    rank === 0 ? {} : { name: 'gru, two biases' },
  );
  expect(models[1]!.error).toContain('model.layers.0.kind is "lstm" on rank 0 and "gru" on rank 1');
});

test('more ranks than streams of words are refused', async () => {
  const ranks = await start(8, { name, maxSteps: 2 });
  for (const { error } of ranks) {
    expect(error).toBe('train: a batch of 7 streams cannot be split over 8 ranks.');
  }
});
