import { availableParallelism } from 'node:os';
import { expectNumber } from '@bnrnn/core';

/** 4 GiB, the most that one WebAssembly memory holds. */
const mostMiB = 4096;
const mostThreads = 64;

/** The threads that `BNRNN_THREADS` asks for; undefined where it is not set. */
export function threadsAskedFor(): number | undefined {
  const setting = numberOfEnvironment('BNRNN_THREADS');
  return setting === undefined ? undefined : expectThreads('BNRNN_THREADS', setting);
}

/** The machine's cores, as far as there can be threads. */
export function threadsOfMachine(): number {
  return Math.min(mostThreads, availableParallelism());
}

export function expectThreads(where: string, threads: unknown): number {
  return expectNumber(where, threads, { integer: true, min: 1, max: mostThreads });
}

/** The most that tensors may hold: what `BNRNN_MEMORY_MIB` says, or as much as there can be. */
export function defaultMemory(): number {
  const setting = numberOfEnvironment('BNRNN_MEMORY_MIB');
  return setting === undefined ? mostMiB : expectMemory('BNRNN_MEMORY_MIB', setting);
}

export function expectMemory(where: string, memoryMiB: unknown): number {
  return expectNumber(where, memoryMiB, { integer: true, min: 64, max: mostMiB });
}

/** The number that a variable holds, or its text where it is none. */
function numberOfEnvironment(name: string): number | string | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
