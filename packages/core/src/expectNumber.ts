import { describeValue } from './describeValue';
import { UsageError } from './errors';

/** The bounds of a numeric setting; `integer` also refuses fractions. */
export interface NumberBounds {
  integer?: boolean;
  min?: number;
  max?: number;
  /** Excludes `min` itself. */
  above?: number;
  /** Excludes `max` itself. */
  below?: number;
}

/**
 * Returns `value` when it is a finite number within the bounds.
 *
 * @param where  the setting's name as the reader wrote it, e.g. `lstm: units`.
 * @throws UsageError naming the setting, what came and what was wanted.
 */
export function expectNumber(where: string, value: unknown, bounds: NumberBounds = {}): number {
  const { integer = false, min, max, above, below } = bounds;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!integer || Number.isInteger(value)) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (fits) return value;
  const limits = [
    min === undefined ? '' : `at least ${min}`,
    above === undefined ? '' : `above ${above}`,
    max === undefined ? '' : `at most ${max}`,
    below === undefined ? '' : `below ${below}`,
  ].filter(Boolean);
  const kind = integer ? 'a whole number' : 'a number';
  const wanted = limits.length === 0 ? kind : `${kind} ${limits.join(' and ')}`;
  throw new UsageError(`${where} is ${describeValue(value)}, expected ${wanted}.`);
}
