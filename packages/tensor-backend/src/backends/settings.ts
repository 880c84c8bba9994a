import {
  availableProcessors,
  expectNumber,
  expectOneOf,
  precisions,
  type Precision,
} from '@bnrnn/core';
import type { FallbackPolicy } from '../dispatch/fallbackPolicy';

const mostThreads = 64;

/** What the environment asks of backends where a caller says nothing. */
export interface BackendSettings {
  /** `BNRNN_THREADS` */
  readonly threads?: number;
  /** `BNRNN_MEMORY_MIB` */
  readonly memoryMiB?: number;
  /** `BNRNN_FALLBACK` */
  readonly fallback: FallbackPolicy;
  /** `BNRNN_PRECISION` */
  readonly precision: Precision;
}

/**
 * Reads what the environment asks of backends: the same for all, so that nothing is passed over where another
 * backend starts.
 *
 * @throws UsageError for a value that cannot be used.
 */
export function backendSettings(): BackendSettings {
  const [threads, memoryMiB] = [numberIn('BNRNN_THREADS'), numberIn('BNRNN_MEMORY_MIB')];
  const policies = ['allow', 'forbid'] as const;
  return {
    ...(threads !== undefined && { threads: expectThreads('BNRNN_THREADS', threads) }),
    ...(memoryMiB !== undefined && { memoryMiB: expectMemory('BNRNN_MEMORY_MIB', memoryMiB) }),
    fallback: expectOneOf('BNRNN_FALLBACK', textIn('BNRNN_FALLBACK') ?? 'allow', policies),
    precision: expectOneOf('BNRNN_PRECISION', textIn('BNRNN_PRECISION') ?? 'float32', precisions),
  };
}

/** As many threads as this process may have processors. */
export function threadsOfMachine(): number {
  return Math.min(mostThreads, availableProcessors());
}

/** @throws UsageError unless it is a number of threads, 1 to 64. */
export function expectThreads(where: string, threads: unknown): number {
  return expectNumber(where, threads, { integer: true, min: 1, max: mostThreads });
}

/** @throws UsageError unless it is a number of MiB that one WebAssembly memory can hold, 64 to 4096. */
export function expectMemory(where: string, memoryMiB: unknown): number {
  return expectNumber(where, memoryMiB, { integer: true, min: 64, max: 4096 });
}

/** Whether a variable is `1`. @throws UsageError where it is anything but 0, 1 or empty. */
export function isSet(name: string): boolean {
  return expectOneOf(name, textIn(name) ?? '0', ['0', '1'] as const) === '1';
}

/** A variable's text; undefined where it is unset or empty, and in a browser. */
function textIn(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}

/** The number that a variable holds, or its text where it is none. */
function numberIn(name: string): number | string | undefined {
  const text = textIn(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
