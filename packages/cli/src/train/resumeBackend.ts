import { availableProcessors } from '@bnrnn/core';
import type { RunConfig } from '@bnrnn/experiments';
import type { BackendInfo } from '@bnrnn/tensor-backend';
import type { BackendFlags } from '../backendFlags';

/** The backend, threads, library and precision that a run goes on with: its own, where the caller names none. */
export function asBefore(
  run: Pick<RunConfig, 'backend' | 'threads' | 'blas' | 'precision'>,
  flags: BackendFlags,
): BackendFlags {
  const { backend, threads, blas, precision } = run;
  const own = flags.backend === undefined || flags.backend === 'auto';
  return {
    ...flags,
    backend: own ? backend : flags.backend,
    precision: flags.precision ?? precision,
    ...(threads !== undefined && { threads: flags.threads ?? threads }),
    ...(own && blas !== undefined && { blas }),
  };
}

/**
 * Why a run that goes on will not end in the bits of one that never stopped, or goes on slowly; a sentence each. Of a
 * run that did not keep what it computed with nothing can be said.
 */
export function differences(
  before: Pick<RunConfig, 'threads' | 'blas'>,
  now: Pick<BackendInfo, 'threads' | 'blas'>,
  cores = availableProcessors(),
): string[] {
  const lines: string[] = [];
  const bits = 'the last bits will not be those of a run that never stopped.';
  if (before.threads !== undefined && before.threads !== now.threads) {
    lines.push(
      `The run computed with --threads ${before.threads} and goes on with ${now.threads}: ${bits}`,
    );
  } else if (before.threads !== undefined && now.threads > cores) {
    lines.push(
      `The run goes on with its ${now.threads} threads on ${cores} cores; --threads ${cores} is faster, in other last bits.`,
    );
  }
  if (before.blas !== undefined && before.blas !== now.blas) {
    const name = (blas: string | null): string => blas ?? 'no BLAS';
    lines.push(
      `The run computed with ${name(before.blas)} and goes on with ${name(now.blas)}: ${bits}`,
    );
  }
  return lines;
}
