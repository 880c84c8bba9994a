import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { availableProcessors, type Collective } from '@bnrnn/core';
import type { BackendFlags } from '../backendFlags';

/**
 * The flags of a rank's backend: where nobody names a number of threads, the ranks that may use the same cores of a
 * machine share them.
 */
export function threadsOfRank(collective: Collective, flags: BackendFlags): BackendFlags {
  if (collective.size === 1) return flags;
  const here = `${hostname()} ${allowedCores()}`;
  // All ranks meet here, whatever the flags of each are.
  const sharing = collective.gather(here).filter((place) => place === here).length;
  const takesThreads = ['auto', 'simd'].includes(flags.backend ?? 'auto');
  if (flags.threads !== undefined || !takesThreads) return flags;
  return { ...flags, threads: Math.max(1, Math.floor(availableProcessors() / sharing)) };
}

/** The cores that the engine bound this process to, e.g. `0-3`; empty where the system does not say. */
function allowedCores(): string {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  } catch {
    return '';
  }
}
