import { absent } from '../formatNumber';

/** Mean and deviation of one number over the runs that have it. */
export interface Spread {
  mean: number;
  /** Sample standard deviation (n − 1); undefined for a single run. */
  deviation: number | undefined;
  /** Runs that have the number. */
  count: number;
}

/** @returns undefined where no run has the number. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : undefined,
    count: known.length,
  };
}

/**
 * `mean`, or `mean ± deviation`; where fewer runs than `of` have the number, their count follows.
 */
export function formatSpread(
  spread: Spread | undefined,
  format: (value: number) => string,
  of: number,
): string {
  if (spread === undefined) return absent;
  const { mean, deviation, count } = spread;
  const value = deviation === undefined ? format(mean) : `${format(mean)} ± ${format(deviation)}`;
  return count < of ? `${value} (${count} of ${of})` : value;
}
