import { BnrnnError } from '@bnrnn/core';
import { registeredBackends, startBackend, type BackendInfo } from '@bnrnn/tensor-backend';
import { fixHere } from './fixHere';
import { selfTest } from './selfTest';

/** What `doctor` says about one backend. */
export interface BackendReport {
  readonly name: string;
  readonly available: boolean;
  readonly details: string;
  /** What is missing; null where it can run. */
  readonly reason: string | null;
  /** How to get it; null where it can run. */
  readonly fix: string | null;
  /** What would make it faster here, with the command that brings it; null where nothing is known. */
  readonly faster: { readonly what: string; readonly command: string } | null;
  /** `passed`, or what went wrong; null where it cannot run. */
  readonly selfTest: string | null;
  /** What was started for the self-test: device, threads, BLAS, versions; null where nothing was. */
  readonly started: BackendInfo | null;
}

/** Probes one backend and, where it can run, trains a tiny step on it; call it in a process of its own. */
export async function checkBackend(name: string): Promise<BackendReport> {
  const backend = registeredBackends().find((candidate) => candidate.name === name);
  if (backend === undefined) return missing(name, 'It is not part of this version.');
  const { available, details, reason, fix, faster = null } = await backend.probe();
  const how = fix === undefined ? null : fixHere(fix);
  const report = { name, available, details, reason: reason ?? null, fix: how, faster };
  const tested = available ? await testBackend(name) : { selfTest: null, started: null };
  return { ...report, ...tested };
}

/** The report of a backend that could not even be asked. */
export function missing(name: string, reason: string, fix?: string): BackendReport {
  return {
    ...{ name, available: false, details: '', reason, fix: fix ?? null },
    ...{ faster: null, selfTest: null, started: null },
  };
}

async function testBackend(name: string): Promise<Pick<BackendReport, 'selfTest' | 'started'>> {
  let started: BackendInfo | null = null;
  try {
    started = await startBackend(name);
    await selfTest();
    return { selfTest: 'passed', started };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const said = error instanceof BnrnnError ? sentence : (sentence.split('\n')[0] ?? '');
    return { selfTest: `failed: ${said}`, started };
  }
}
