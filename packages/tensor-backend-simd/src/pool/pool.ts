import { BackendError, type Precision } from '@bnrnn/core';
import type { BlasSource } from '../blas/loadBlas';
import { type ArgumentsOf, type ProgramName, programNames, programs } from '../programs';
import { writeArguments } from '../threads/arguments';
import { breakBarriers, BrokenBarrier, mendBarriers, spins } from '../threads/barrier';
import { signal } from '../threads/control';
import { hasEnded } from '../threads/ended';
import { makeThread, type ThreadSeed } from './makeThread';
import type { Products } from './ownProducts';
import type { Program } from '../threads/program';
import type { StartWorkers } from './workers';

/** The threads of one backend: the calling thread and, with more than one, workers. */
export interface Pool {
  readonly threads: number;
  /** The library of matrix products; undefined for our own product. */
  readonly blas: BlasSource['name'] | undefined;
  /** Of matrix products. */
  readonly precision: Precision;
  /**
   * Runs a program on every thread and returns when all have finished.
   *
   * @throws what the calling thread's part throws; BackendError where a worker's does, and, from then on, where
   *   a worker has ended.
   */
  run<Name extends ProgramName>(program: Name, given: ArgumentsOf<Name>): void;
}

/** What a runtime has for a pool. */
export interface PoolOptions {
  readonly products: Products;
  readonly startWorkers: StartWorkers;
}

/** Starts `threads - 1` workers; one thread starts none. */
export async function startPool(
  seed: Omit<ThreadSeed, 'part' | 'parts'>,
  threads: number,
  { products, startWorkers }: PoolOptions,
): Promise<Pool> {
  const own = makeThread({ ...seed, part: 0, parts: threads }, products);
  const { signals } = own;
  const count = threads - 1;
  const workers = await startWorkers(
    Array.from({ length: count }, (_, index) => ({ ...seed, part: index + 1, parts: threads })),
  );
  const expectWorkers = (): void => {
    if (!hasEnded(signals)) return;
    throw new BackendError(`simd: a worker thread has ended${saidBy(workers.cause)}.`, {
      hint: 'What was computed since is lost: start the process again (a run goes on with --resume).',
      cause: workers.cause,
    });
  };

  return {
    threads,
    blas: seed.blas?.name,
    precision: seed.precision,
    run(name, given) {
      const program: Program = programs[name];
      if (count > 0) {
        expectWorkers();
        writeArguments(program.names, given, own.values);
        Atomics.store(signals, signal.finished, 0);
        Atomics.store(signals, signal.program, programNames.indexOf(name));
        Atomics.add(signals, signal.job, 1);
        if (Atomics.load(signals, signal.sleeping) > 0) Atomics.notify(signals, signal.job);
      }
      let thrown: unknown;
      try {
        program.run(own.thread, given);
      } catch (error) {
        thrown = error;
        breakBarriers(signals);
      }
      waitUntilFinished(signals, count);
      expectWorkers();
      if (!mendBarriers(signals)) return;
      if (thrown !== undefined && !(thrown instanceof BrokenBarrier)) throw thrown as Error;
      throw new BackendError(`simd: the program ${name} failed in a worker thread.`);
    },
  };
}

/** Waits for the workers' parts, or until one of them has ended. */
function waitUntilFinished(signals: Int32Array, workers: number): void {
  let looks = 0;
  let finished = Atomics.load(signals, signal.finished);
  while (finished < workers && !hasEnded(signals)) {
    if (++looks > spins) Atomics.wait(signals, signal.finished, finished, 1);
    finished = Atomics.load(signals, signal.finished);
  }
}

function saidBy(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message.split('\n', 1).join()}` : '';
}
