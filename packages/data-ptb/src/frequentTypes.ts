import { rankByCount } from './typeCounter';
import { endOfLine, unknownWord } from './vocabulary';

export interface FrequentTypes {
  /** The types kept, with `<unk>` and `<eos>`, the most frequent first. */
  readonly types: string[];
  /** int32 [words]: the new id of each old one. */
  readonly renumber: Int32Array;
}

/**
 * Keeps the most frequent words of a token stream and turns the others into `<unk>`.
 *
 * @param words   the word of each id; `<eos>` is one of them.
 * @param tokens  int32: the stream that is counted.
 * @param size    types to keep, `<unk>` and `<eos>` among them; of equals, the lowest id is kept.
 */
export function frequentTypes(
  words: readonly string[],
  tokens: Int32Array,
  size: number,
): FrequentTypes {
  const counts = new Float64Array(words.length);
  for (const id of tokens) counts[id] = (counts[id] as number) + 1;
  const kept = rankByCount(counts)
    .filter((id) => counts[id] !== 0 && words[id] !== endOfLine)
    .slice(0, size - 2);
  kept.push(words.indexOf(endOfLine));

  const keptCounts = kept.map((id) => counts[id] as number);
  const keptTokens = keptCounts.reduce((sum, count) => sum + count, 0);
  const keptTypes = [...kept.map((id) => words[id] as string), unknownWord];
  const order = rankByCount([...keptCounts, tokens.length - keptTokens]);

  const renumber = new Int32Array(words.length).fill(order.indexOf(kept.length));
  order.forEach((place, id) => {
    const word = kept[place];
    if (word !== undefined) renumber[word] = id;
  });
  return { types: order.map((place) => keptTypes[place] as string), renumber };
}
