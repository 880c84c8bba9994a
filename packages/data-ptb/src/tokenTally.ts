import type { TextLevel } from './textCorpus';
import { TokenHash } from './tokenHash';
import { chunksOf, type Tokens } from './tokens';

/** How often each type occurs among tokens. */
export class TokenCounts {
  /** How many tokens there are. */
  total = 0;
  #counts = new Float64Array(1 << 10);

  push(id: number): void {
    if (id >= this.#counts.length) {
      const larger = new Float64Array(2 * id);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#counts[id] = (this.#counts[id] as number) + 1;
    this.total++;
  }

  of(id: number): number {
    return this.#counts[id] ?? 0;
  }
}

/** What is learned of tokens in one pass, while none of them is kept: how often each type occurs, and the digest. */
export class TokenTally {
  readonly counts = new TokenCounts();
  readonly hash: TokenHash;

  /** @param types  the type of each id; more may be added while tokens come. */
  constructor(unit: TextLevel, types: readonly string[]) {
    this.hash = new TokenHash(unit, types);
  }

  push(id: number): void {
    this.counts.push(id);
    this.hash.push(id);
  }
}

/** The tally of the tokens of a split. */
export async function tallyOf(
  tokens: Tokens,
  unit: TextLevel,
  types: readonly string[],
): Promise<TokenTally> {
  const tally = new TokenTally(unit, types);
  for await (const chunk of chunksOf(tokens)) for (const id of chunk) tally.push(id);
  return tally;
}

/** The counts of tokens that are in memory. */
export function countsOf(tokens: Int32Array): TokenCounts {
  const counts = new TokenCounts();
  for (const id of tokens) counts.push(id);
  return counts;
}
