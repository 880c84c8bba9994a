import { parentPort } from 'node:worker_threads';
import { alone, randomStream, type Batch, type BatchSource, type RunEvent } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { startBackend } from '@bnrnn/tensor-backend';
import { threadCollective } from '@bnrnn/test-utils/threadCollective';
import { train } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { tensor } from '@tensorflow/tfjs-core';
import { cases, everyCase, refusedCase } from './cases';
import { tinyOptions } from '../tinyData';

/** What a test asks of one rank. */
export interface RankRequest {
  readonly group: SharedArrayBuffer;
  readonly rank: number;
  readonly size: number;
  readonly name: string;
  readonly maxSteps: number;
  readonly seed?: number;
  readonly folder?: string;
  readonly resume?: boolean;
  /** Asked to stop once it has made so many steps. */
  readonly stopAfter?: number;
  /** So many epochs of the case are one: it is evaluated seldom. */
  readonly epochsInOne?: number;
  /** How many batches a recalibration takes; those of an epoch when absent. */
  readonly recalibrationBatches?: number;
  /** The learning rate of all steps; that of `tinyOptions` when absent, which falls. */
  readonly rate?: number;
  /** Moves each parameter by half a unit in its last place, before the first step and after each, drawn by this seed. */
  readonly disturb?: number;
}

/** Parameters by path, and statistics by path and name. */
type Parameters = Readonly<Record<string, Float32Array>>;

/** What it answers. */
export interface RankAnswer {
  readonly events: readonly RunEvent[];
  readonly parameters: Parameters;
  /** After the first step of this run. */
  readonly first: Parameters;
  readonly error?: string;
}

/** Rounds each parameter as another order of additions could: up or down by at most half a unit in the last place. */
function moveAll(model: SequenceModel, seed: number, step: number): void {
  for (const [path, parameter] of model.parameters) {
    const by = randomStream(path, seed).uniform(parameter.size, -(2 ** -24), 2 ** -24, step);
    const values = parameter.dataSync<'float32'>().map((value, i) => value * (1 + (by[i] ?? 0)));
    const moved = tensor(values, parameter.shape);
    parameter.assign(moved);
    moved.dispose();
  }
}

/** The batches of so many epochs as those of one. */
function joined(source: BatchSource, epochs: number): BatchSource {
  const { batchesPerEpoch: each } = source;
  return {
    batchesPerEpoch: epochs * each,
    async *batches(epoch, from = 0): AsyncGenerator<Batch> {
      for (let k = Math.floor(from / each); k < epochs; k++) {
        yield* source.batches(epoch * epochs + k, Math.max(0, from - k * each));
      }
    },
  };
}

/** One rank of a run. */
async function main(request: RankRequest): Promise<RankAnswer> {
  const { group, rank, size, name, maxSteps, seed = 3, folder, resume = false, disturb } = request;
  const { epochsInOne = 1, rate, recalibrationBatches } = request;
  await startBackend('cpu');
  const {
    model: make,
    train: source,
    valid,
    optimizer,
  } = ({ ...cases, ...everyCase, ...refusedCase }[name] as (typeof cases)[string])();
  const model = make();
  const events: RunEvent[] = [];
  if (disturb !== undefined) moveAll(model, disturb, 0);
  const read = (): Parameters =>
    Object.fromEntries([
      ...[...model.parameters].map(([path, value]) => [path, value.dataSync<'float32'>()]),
      ...[...model.statistics].flatMap(([path, statistics]) =>
        Object.entries(statistics).map(([own, value]) => [
          `${path} ${own}`,
          value.dataSync<'float32'>(),
        ]),
      ),
    ]) as Parameters;
  let first: Parameters = {};
  const stop = new AbortController();
  try {
    const run = train({
      ...tinyOptions(),
      model,
      optimizer,
      seed,
      data: { train: joined(source, epochsInOne), valid },
      epochs: 50,
      maxSteps,
      evaluation: {
        statistics: ['batch', 'running', 'recalibrated'],
        ...(recalibrationBatches !== undefined && { recalibrationBatches }),
      },
      collective: size === 1 ? alone : threadCollective(group, rank, size),
      signal: stop.signal,
      ...(rate !== undefined && {
        schedule: { initial: rate, decayFactor: 1, firstDecayedEpoch: 2 },
      }),
      resume,
      ...(folder !== undefined && { checkpoints: { store: folderStore(folder) } }),
    });
    for await (const event of run) {
      events.push(event);
      if (event.type === 'step' && Object.keys(first).length === 0) first = read();
      if (event.type === 'step' && event.step === request.stopAfter) stop.abort();
      if (event.type === 'step' && disturb !== undefined) moveAll(model, disturb, event.step);
    }
  } catch (error) {
    return {
      events,
      parameters: {},
      first,
      error: error instanceof Error ? error.message : String(error),
    };
  }
  const parameters = read();
  model.dispose();
  return { events, parameters, first };
}

// The program of a thread: one run after another.
parentPort?.on('message', (request: RankRequest) => {
  void main(request).then((answer) => parentPort?.postMessage(answer));
});
