import { expectNumber, UsageError, type NumberBounds } from '@bnrnn/core';

/** A parser of a numeric flag for commander. @throws UsageError naming the flag. */
export function numberFlag(flag: string, bounds: NumberBounds = {}): (written: string) => number {
  return (written) => {
    const value = written.trim() === '' ? NaN : Number(written);
    if (Number.isNaN(value)) throw new UsageError(`${flag} is "${written}", expected a number.`);
    return expectNumber(flag, value, bounds);
  };
}

/** A parser of a flag that takes a whole number. */
export function wholeFlag(flag: string, min: number): (written: string) => number {
  return numberFlag(flag, { integer: true, min, max: Number.MAX_SAFE_INTEGER });
}

/** Gathers a flag that may be given several times. */
export function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** How a flag is written whose value commander gives by `name`: `maxSteps` is `--max-steps`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
