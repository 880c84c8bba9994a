import { parentPort, workerData } from 'node:worker_threads';
import { alone, type RunEvent } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { threadCollective } from '@bnrnn/test-utils/threadCollective';
import { train } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { cases } from './cases';
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
}

type Parameters = Readonly<Record<string, Float32Array>>;

/** What it answers. */
export interface RankAnswer {
  readonly events: readonly RunEvent[];
  readonly parameters: Parameters;
  /** After the first step of this run. */
  readonly first: Parameters;
  readonly error?: string;
}

/** One rank of a run: the program of a thread. */
async function main(request: RankRequest): Promise<RankAnswer> {
  const { group, rank, size, name, maxSteps, seed = 3, folder, resume = false } = request;
  await startBackend('cpu');
  const {
    model: make,
    train: source,
    valid,
    optimizer,
  } = (cases[name] as () => ReturnType<(typeof cases)[string]>)();
  const model = make();
  const events: RunEvent[] = [];
  const read = (): Parameters =>
    Object.fromEntries(
      [...model.parameters].map(([path, value]) => [path, value.dataSync<'float32'>()]),
    );
  let first: Parameters = {};
  const stop = new AbortController();
  try {
    const run = train({
      ...tinyOptions(),
      model,
      optimizer,
      seed,
      data: { train: source, valid },
      epochs: 50,
      maxSteps,
      evaluation: { statistics: ['running'] },
      collective: size === 1 ? alone : threadCollective(group, rank, size),
      signal: stop.signal,
      resume,
      ...(folder !== undefined && { checkpoints: { store: folderStore(folder) } }),
    });
    for await (const event of run) {
      events.push(event);
      if (event.type === 'step' && Object.keys(first).length === 0) first = read();
      if (event.type === 'step' && event.step === request.stopAfter) stop.abort();
    }
  } catch (error) {
    return {
      events,
      parameters: {},
      first,
      error: error instanceof Error ? error.message : String(error),
    };
  }
  return { events, parameters: read(), first };
}

parentPort?.postMessage(await main(workerData as RankRequest));
