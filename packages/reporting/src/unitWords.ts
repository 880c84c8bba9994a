import type { Unit } from '@bnrnn/core';

const plurals = { word: 'words', character: 'characters', frame: 'frames' } as const;

/** The unit's plural, e.g. `words`. */
export function unitsOf(unit: Unit): string {
  return plurals[unit];
}

/** The unit of a loss, e.g. `nats per word`. */
export function natsPer(unit: Unit): string {
  return `nats per ${unit}`;
}
