import { UsageError, expectOneOf } from '@bnrnn/core';
import type { Backend } from './backend';
import { cpuBackend } from './cpuBackend';
import { wasmBackend } from './wasmBackend';

const added = new Map<string, Backend>();

/** tfjs's own backends; they run wherever this package does. */
const portable: readonly Backend[] = [wasmBackend, cpuBackend];

/**
 * Makes a backend known under its name, so that `startBackend(name)` and `startBackend('auto')` find
 * it. `wasm` and `cpu` are known from the start. tfjs's engine is one for the process, and so is this
 * list. A second registration of the same backend changes nothing.
 *
 * @throws UsageError when the name is empty, is `auto`, or belongs to another backend.
 */
export function registerBackend(backend: Backend): void {
  const { name } = backend;
  if (name === '' || name === 'auto') {
    throw new UsageError(`registerBackend: the name of a backend cannot be "${name}".`, {
      hint: 'startBackend("auto") starts the first registered backend that can run.',
    });
  }
  const there = registeredBackends().find((known) => known.name === name);
  if (there === backend) return;
  if (there !== undefined) {
    throw new UsageError(`registerBackend: another backend is registered as "${name}".`, {
      hint: 'Give the backend another name, or pass it to startBackend as it is.',
    });
  }
  added.set(name, backend);
}

/**
 * The backends that have a name here, in the order in which `auto` tries them: first those that were
 * registered, in their order, then `wasm` and `cpu`.
 */
export function registeredBackends(): readonly Backend[] {
  return [...added.values(), ...portable];
}

/**
 * The backend of a name, or `auto` itself.
 *
 * @throws UsageError for a name that is not registered; it lists those that are.
 */
export function backendByName(where: string, name: string): Backend | 'auto' {
  const known = registeredBackends();
  const names = ['auto', ...known.map((backend) => backend.name)];
  const wanted = expectOneOf(where, name, names);
  return known.find((backend) => backend.name === wanted) ?? 'auto';
}
