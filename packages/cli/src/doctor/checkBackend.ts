import { BnrnnError } from '@bnrnn/core';
import { backends, startBackend, type BackendName } from '@bnrnn/tensor-backend';
import { selfTest } from './selfTest';

/** What `doctor` says about one backend. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  readonly details: string;
  /** What is missing; null where it can run. */
  readonly reason: string | null;
  /** How to get it; null where it can run. */
  readonly fix: string | null;
  /** `passed`, or what went wrong; null where it cannot run. */
  readonly selfTest: string | null;
}

/** Probes one backend and, where it can run, trains a tiny step on it; call it in a process of its own. */
export async function checkBackend(name: BackendName): Promise<BackendReport> {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend === undefined) return missing(name, 'It is not part of this version.');
  const { available, details, reason, fix } = await backend.probe();
  const report = { name, available, details, reason: reason ?? null, fix: fix ?? null };
  return { ...report, selfTest: available ? await testBackend(name) : null };
}

/** The report of a backend that could not even be asked. */
export function missing(name: BackendName, reason: string): BackendReport {
  return { name, available: false, details: '', reason, fix: null, selfTest: null };
}

async function testBackend(name: BackendName): Promise<string> {
  try {
    await startBackend(name);
    selfTest();
    return 'passed';
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return `failed: ${error instanceof BnrnnError ? sentence : (sentence.split('\n')[0] ?? '')}`;
  }
}
