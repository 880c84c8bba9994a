import { expectNumber } from '@bnrnn/core';
import type { TokenCounts } from './tokenTally';
import { endOfLine, unknownWord } from './vocabulary';

/** Which types of a text its vocabulary keeps; the others become `<unk>`. */
export interface VocabularyLimits {
  /** Types to keep at most, `<unk>` and `<eos>` among them. */
  readonly vocabularySize?: number;
  /** Times that a type must occur in train to be kept. */
  readonly minCount?: number;
}

export interface ChosenTypes {
  /** The types kept, the most frequent first; of equals, the lower old id, `<unk>` last. */
  readonly types: string[];
  /** int32 [old types]: the new id of each old one, −1 for one that the vocabulary does not hold. */
  readonly renumber: Int32Array;
}

/** @throws UsageError for a limit that is out of range. */
export function expectLimits(where: string, { vocabularySize, minCount }: VocabularyLimits): void {
  const whole = { integer: true } as const;
  if (vocabularySize !== undefined) {
    expectNumber(`${where}: vocabularySize`, vocabularySize, { ...whole, min: 3 });
  }
  if (minCount !== undefined) expectNumber(`${where}: minCount`, minCount, { ...whole, min: 1 });
}

/**
 * Chooses and orders the types of a vocabulary by how often they occur in train.
 *
 * Without a limit every type of train is kept, and `<eos>`. With one, `<unk>` and `<eos>` are always kept, and
 * what is not kept counts as `<unk>`, as does what valid and test alone hold.
 *
 * @param names  the type of each old id.
 * @param train  how often each old id occurs in train.
 */
export function chooseTypes(
  names: readonly string[],
  train: TokenCounts,
  { vocabularySize, minCount }: VocabularyLimits = {},
): ChosenTypes {
  const counts = Float64Array.from(names, (_, id) => train.of(id));
  const end = names.indexOf(endOfLine);
  const ranked = rankByCount(counts).filter((id) => counts[id] !== 0 || id === end);
  if (vocabularySize === undefined && minCount === undefined) {
    const renumber = new Int32Array(names.length).fill(-1);
    ranked.forEach((id, rank) => (renumber[id] = rank));
    return { types: ranked.map((id) => names[id] as string), renumber };
  }

  const words = ranked.filter(
    (id) => id !== end && names[id] !== unknownWord && (counts[id] as number) >= (minCount ?? 1),
  );
  const kept = new Set(
    words.slice(0, vocabularySize === undefined ? undefined : vocabularySize - 2),
  );
  kept.add(end);
  const order = ranked.filter((id) => kept.has(id));
  const unknown = order.reduce((left, id) => left - (counts[id] as number), train.total);
  const lower = order.findIndex((id) => (counts[id] as number) < unknown);
  const place = lower === -1 ? order.length : lower;

  const renumber = new Int32Array(names.length).fill(place);
  order.forEach((id, rank) => (renumber[id] = rank < place ? rank : rank + 1));
  const types = order.map((id) => names[id] as string);
  types.splice(place, 0, unknownWord);
  return { types, renumber };
}

/** The indices of `counts`, the largest count first; of equals, the lowest index. */
function rankByCount(counts: ArrayLike<number>): number[] {
  return Array.from(counts, (_, id) => id).sort(
    (a, b) => (counts[b] as number) - (counts[a] as number) || a - b,
  );
}
