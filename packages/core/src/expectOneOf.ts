import { describeValue } from './describeValue';
import { UsageError } from './errors';

/**
 * Returns `value` when it is one of the choices.
 *
 * @param where  the setting's name as the reader wrote it, e.g. `--backend`.
 * @throws UsageError listing the choices and, when one is close in spelling, suggesting it.
 */
export function expectOneOf<Choice extends string>(
  where: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const near = typeof value === 'string' ? nearest(value.toLowerCase(), choices) : undefined;
  throw new UsageError(
    `${where} is ${describeValue(value)}, expected one of: ${choices.join(', ')}.`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

/** The choice with the smallest edit distance, when at most a third of the word differs (rounded up). */
function nearest(word: string, choices: readonly string[]): string | undefined {
  const ranked = choices
    .map((choice) => ({ choice, distance: editDistance(word, choice) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.ceil(word.length / 3)
    ? best.choice
    : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
