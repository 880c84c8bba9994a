import { appendFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { RunEvent, RunEventOf } from '@bnrnn/core';
import { threadGroup } from '@bnrnn/test-utils';
import { afterAll, describe, expect, test } from 'vitest';
import { cases, everyCase, refusedCase } from './ranks/cases';
import type { RankAnswer, RankRequest } from './ranks/rankedRun';
import { bundledProgram } from './bundledProgram';
import { temporaryFolder } from './temporaryFolder';

const program = bundledProgram('./ranks/rankedRun');

type Run = Omit<RankRequest, 'group' | 'rank' | 'size'>;

/** Threads that wait for work: what one has loaded and compiled serves the next run. */
const idle: Worker[] = [];

/** Lets a thread be one rank of a run. What fails there leaves it in no known state, so it is not used again. */
async function runRank(request: RankRequest): Promise<RankAnswer> {
  const worker = idle.pop() ?? new Worker(program);
  worker.postMessage(request);
  const answer = await new Promise<RankAnswer>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  worker.removeAllListeners('error');
  if (answer.error === undefined) idle.push(worker);
  else await worker.terminate();
  return answer;
}

/** Runs a case on so many ranks; what differs between them is asked by rank. */
function start(
  size: number,
  run: Run,
  each: (rank: number) => Partial<Run> = () => ({}),
): Promise<RankAnswer[]> {
  const group = threadGroup(size);
  return Promise.all(
    Array.from({ length: size }, (_, rank) =>
      runRank({ ...run, ...each(rank), group, rank, size }),
    ),
  );
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
        left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0) /
        // Sums that begin anew are 0 in both.
        (largest === 0 ? 1 : largest)
      );
    }),
  );
}

/**
 * All cases, 100 steps each, where the environment says `BNRNN_RANKS=all`; otherwise those that between them have every
 * cell and every strategy, in few steps.
 */
const isWhole = process.env['BNRNN_RANKS'] === 'all';
const planned = isWhole
  ? [...Object.keys(cases), ...Object.keys(everyCase)].map((name) => ({
      ...{ name, maxSteps: 100, sizes: [2, 3, 4] },
    }))
  : [
      ...Object.keys(cases).map((name, k) => ({ name, maxSteps: 10, sizes: [2 + (k % 3)] })),
      ...Object.keys(everyCase)
        .filter((name) => name.startsWith('bidirectional lstm, inputToHidden'))
        .map((name, k) => ({ name, maxSteps: 5, sizes: [2 + (k % 3)] })),
      // One of four ranks has one row, and needs more time steps for groups of two than the others.
      { name: 'rnn, hiddenToHidden: whiten, groupSize 2', maxSteps: 5, sizes: [4] },
    ];

/** An evaluation takes longer than 20 steps. */
const whole = { epochsInOne: 40, recalibrationBatches: 5 };

/**
 * The rates of long runs, each tried where rounding carries one process further than `chaos` at the rate before: there
 * the difference of two runs says nothing. Short runs have the rate of their case.
 */
const rates = isWhole ? [0.02, 0.002, 0.0002] : [undefined];
const chaos = 0.01;

/** How far rounding carries a run, and how far ranks were from one process. */
interface Found {
  readonly name: string;
  readonly steps: number;
  /** The learning rate; undefined where it is that of the case. */
  readonly rate: number | undefined;
  /** Drifts of one process, after one step and after all. */
  readonly drift: { readonly first: number; readonly last: number };
  /** How far so many ranks are from one process. */
  readonly ranks: readonly {
    readonly size: number;
    readonly first: number;
    readonly last: number;
  }[];
}
/** Where each case is told, in a line, as soon as it is done; the name is what `tools/rankEquality.mjs` gives. */
const foundFile = process.env['BNRNN_RANKS_FOUND'];
/** What ranks may be apart, in drifts of one process whose parameters are rounded otherwise after each step. */
const drifts = 30;

afterAll(async () => {
  await Promise.all(idle.map((worker) => worker.terminate()));
});

const lossesOf = (answer: RankAnswer) => [
  ...ofType(answer, 'step').map(({ loss }) => loss),
  ...ofType(answer, 'evaluation').map(({ nllPerUnit }) => nllPerUnit),
];

/** A case on one process, and how far three runs are from it whose parameters are rounded otherwise. */
async function roundedRuns(given: Run, rate: number | undefined) {
  const run = { ...given, ...(rate !== undefined && { rate }) };
  const [one] = (await start(1, run)) as [RankAnswer];
  expect(one.error).toBeUndefined();
  const others = await Promise.all([1, 2, 3].map((disturb) => start(1, { ...run, disturb })));
  const most = (of: (other: RankAnswer) => number) =>
    Math.max(...others.map(([other]) => of(other!)));
  return {
    ...{ run, one },
    lossDrift: most((other) =>
      Math.max(...lossesOf(other).map((loss, k) => Math.abs(loss - lossesOf(one)[k]!))),
    ),
    drift: {
      first: most((other) => worst(one.first, other.first)),
      last: most((other) => worst(one.parameters, other.parameters)),
    },
  };
}

describe.each(planned.map((plan) => [plan.name, plan] as const))(
  '%s',
  (name, { maxSteps, sizes }) => {
    test(`${sizes.join(', ')} ranks train what one process trains`, async () => {
      const given = { name, maxSteps, ...(isWhole && whole) };
      let alone = await roundedRuns(given, rates[0]);
      for (const rate of rates.slice(1)) {
        if (alone.drift.last > chaos) alone = await roundedRuns(given, rate);
      }
      const { run, one, lossDrift, drift } = alone;
      expect(ofType(one, 'step')).toHaveLength(maxSteps);
      const ranks: { size: number; first: number; last: number }[] = [];
      for (const size of sizes) {
        const all = await start(size, run);
        const apart = { size, first: 0, last: 0 };
        ranks.push(apart);
        expect(all.map(({ error }) => error)).toEqual(all.map(() => undefined));
        for (const rank of all) {
          apart.first = Math.max(apart.first, worst(one.first, rank.first));
          apart.last = Math.max(apart.last, worst(one.parameters, rank.parameters));
          // All ranks have the same bits.
          expect(rank.parameters).toEqual(all[0]!.parameters);
          const steps = ofType(rank, 'step');
          expect(steps.map(({ units }) => units)).toEqual(
            ofType(one, 'step').map(({ units }) => units),
          );
          lossesOf(rank).forEach((loss, k) =>
            expect(Math.abs(loss - lossesOf(one)[k]!)).toBeLessThan(5e-5 + drifts * lossDrift),
          );
          const [wanted, evaluations] = [one, rank].map((run) => ofType(run, 'evaluation'));
          expect(evaluations).toHaveLength(wanted!.length);
          evaluations!.forEach((evaluation, k) => {
            const { units, statistics, frameErrorRate } = wanted![k]!;
            expect(evaluation).toMatchObject({ units, statistics });
            // After many steps a frame can lie at the border of two classes.
            if (!isWhole) expect(evaluation.frameErrorRate).toBe(frameErrorRate);
            const { perplexityMeanOfBatches: mean } = wanted![k]!;
            if (!isWhole) expect(evaluation.perplexityMeanOfBatches).toBeCloseTo(mean, 2);
          });
        }
      }
      const found: Found = { name, steps: maxSteps, rate: run.rate, drift, ranks };
      if (foundFile !== undefined) appendFileSync(foundFile, `${JSON.stringify(found)}\n`);
      for (const { first, last } of ranks) {
        expect(first).toBeLessThan(Math.max(1e-6, drifts * drift.first));
        expect(last).toBeLessThan(Math.max(1e-6, drifts * drift.last));
      }
    }, 600_000);
  },
);

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

test.each(Object.keys(refusedCase))('%s: refused on every rank', async (refused) => {
  for (const { error, events } of await start(2, { name: refused, maxSteps: 2 })) {
    expect(error).toContain('needs rows of the whole batch, which ranks hold in parts');
    expect(events).toEqual([]);
  }
});

test('more ranks than streams of words are refused', async () => {
  const ranks = await start(8, { name, maxSteps: 2 });
  for (const { error } of ranks) {
    expect(error).toBe('train: a batch of 7 streams cannot be split over 8 ranks.');
  }
});
