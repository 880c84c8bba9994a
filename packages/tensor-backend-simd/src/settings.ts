import type { Precision } from '@bnrnn/core';
import {
  backendSettings,
  expectMemory,
  expectThreads,
  type StartOptions,
} from '@bnrnn/tensor-backend';

/** What the backend starts with. */
export interface Settings {
  readonly threads: number;
  /** The most that tensors may hold, and the least that will do where so much cannot be had. */
  readonly memoryMiB: { readonly most: number; readonly least: number };
  readonly precision: Precision;
  /** Why there is one thread where nobody asked for a number; undefined where there are as many as can be. */
  readonly few?: string;
}

/** What the backend starts with where nobody asks for anything. */
export interface OwnSettings extends Pick<Settings, 'memoryMiB'> {
  ownThreads(): Pick<Settings, 'threads' | 'few'>;
}

/**
 * What the caller asks for, else the environment, else as much as the machine has.
 *
 * @throws UsageError for a number that cannot be.
 */
export function settingsFrom(options: StartOptions, own: OwnSettings): Settings {
  const { threads, memoryMiB, precision } = { ...backendSettings(), ...options };
  const asked =
    memoryMiB === undefined ? undefined : expectMemory('startBackend: memoryMiB', memoryMiB);
  return {
    precision,
    memoryMiB: asked === undefined ? own.memoryMiB : { most: asked, least: asked },
    ...(threads === undefined
      ? own.ownThreads()
      : { threads: expectThreads('startBackend: threads', threads) }),
  };
}
