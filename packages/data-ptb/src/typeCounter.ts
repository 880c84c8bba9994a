import { Int32Buffer } from './int32Buffer';

/** Collects tokens whose vocabulary is not known yet: ids in order of first appearance, and counts. */
export class TypeCounter {
  readonly #ids = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #tokens = new Int32Buffer();

  push(token: string): void {
    let id = this.#ids.get(token);
    if (id === undefined) {
      id = this.#counts.length;
      // A copy: the token may be a slice that keeps a whole chunk of the file in memory.
      this.#ids.set(Buffer.from(token).toString(), id);
      this.#counts.push(0);
    }
    this.#counts[id] = (this.#counts[id] as number) + 1;
    this.#tokens.push(id);
  }

  /** The types, the most frequent first (of equals, the first seen), and the tokens in those ids. */
  ranked(): { types: string[]; tokens: Int32Array } {
    const seen = [...this.#ids.keys()];
    const order = rankByCount(this.#counts);
    const rank = new Int32Array(seen.length);
    order.forEach((id, place) => (rank[id] = place));
    const tokens = this.#tokens.toArray();
    for (let i = 0; i < tokens.length; i++) tokens[i] = rank[tokens[i] as number] as number;
    return { types: order.map((id) => seen[id] as string), tokens };
  }
}

/** The indices of `counts`, the largest count first; of equals, the lowest index. */
export function rankByCount(counts: ArrayLike<number>): number[] {
  return Array.from(counts, (_, id) => id).sort(
    (a, b) => (counts[b] as number) - (counts[a] as number) || a - b,
  );
}
