import {
  backendSettings,
  expectMemory,
  expectThreads,
  threadsOfMachine,
  type Precision,
  type StartOptions,
} from '@bnrnn/tensor-backend';
import { mayStartWorkers } from './threads/expectWorkersCanStart';

/** What the backend starts with. */
export interface Settings {
  readonly threads: number;
  readonly memoryMiB: number;
  readonly precision: Precision;
  /** Why there is one thread where nobody asked for a number; undefined where there are as many as can be. */
  readonly few?: string;
}

/** 4 GiB, the most that one WebAssembly memory holds. */
const mostMiB = 4096;

/**
 * What the caller asks for, else the environment, else as much as the machine has.
 *
 * @throws UsageError for a number that cannot be.
 */
export function settingsFrom(options: StartOptions): Settings {
  const asked = { ...backendSettings(), ...options };
  const memoryMiB = expectMemory('startBackend: memoryMiB', asked.memoryMiB ?? mostMiB);
  const common = { memoryMiB, precision: asked.precision };
  if (asked.threads !== undefined) {
    return { threads: expectThreads('startBackend: threads', asked.threads), ...common };
  }
  if (mayStartWorkers()) return { threads: threadsOfMachine(), ...common };
  return { threads: 1, ...common, few: "Node's permission model forbids more: --allow-worker" };
}
