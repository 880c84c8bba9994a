import { AssertionError } from 'node:assert';

import { memory, Tensor } from '@tensorflow/tfjs-core';

/**
 * Fails unless what a function returns is all that it leaves behind.
 *
 * Counts tfjs's tensors before and after: the difference must be the number of tensors found in the
 * returned value (a tensor, an array, a record, a Map, nested in any way). These are then disposed,
 * after which tensors and data buffers must be as many as before.
 *
 * @throws AssertionError with both counts, also when a returned tensor is already disposed.
 */
export function expectNoLeak(run: () => unknown): void {
  const before = memory();
  const result = run();
  checkAndDispose(before, result);
}

/** `expectNoLeak` for a function that returns a promise; nothing else may run meanwhile. */
export async function expectNoLeakAsync(run: () => Promise<unknown>): Promise<void> {
  const before = memory();
  const result = await run();
  checkAndDispose(before, result);
}

function checkAndDispose(before: ReturnType<typeof memory>, result: unknown): void {
  const returned = new Set<Tensor>();
  collect(result, returned, new Set());
  const dead = [...returned].filter((tensor) => tensor.isDisposed).length;
  if (dead > 0) fail(`${dead} of the ${returned.size} returned tensors are already disposed.`);

  const left = memory().numTensors - before.numTensors;
  if (left !== returned.size) {
    const kind =
      left > returned.size ? 'leaks' : 'disposes or hands back tensors that are not its own';
    fail(
      `the function returns ${returned.size} tensors and leaves ${left} more than before: it ${kind}.`,
    );
  }
  for (const tensor of returned) tensor.dispose();
  const buffers = memory().numDataBuffers - before.numDataBuffers;
  if (buffers !== 0)
    fail(`after disposing what was returned, ${buffers} data buffers are left over.`);
}

function collect(value: unknown, found: Set<Tensor>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) {
    found.add(value as Tensor);
  } else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    for (const item of value as Iterable<unknown>) collect(item, found, seen);
  } else if (!ArrayBuffer.isView(value)) {
    for (const item of Object.values(value)) collect(item, found, seen);
  }
}

function fail(message: string): never {
  throw new AssertionError({ message: `expectNoLeak: ${message}`, stackStartFn: expectNoLeak });
}
