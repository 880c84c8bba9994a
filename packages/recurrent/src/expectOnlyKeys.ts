import { UsageError } from '@bnrnn/core';

/**
 * Refuses an option that a function does not have, which a spec from a file can bring; a spec's own
 * `kind` passes.
 *
 * @throws UsageError naming the option and those there are, e.g. peepholes of a GRU.
 */
export function expectOnlyKeys(caller: string, options: object, known: readonly string[]): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || key === 'kind' || known.includes(key)) continue;
    throw new UsageError(`${caller}: ${key} is set, expected only: ${known.join(', ')}.`);
  }
}
