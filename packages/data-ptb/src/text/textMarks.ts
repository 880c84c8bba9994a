/** Tokens between two marks: a read scans at most so many, and a line's, that it does not give. */
const apart = 1 << 13;

/** Places of a text where a scan can begin anew: which token comes first there, and its byte. */
export class TextMarks {
  readonly #places = [0];
  readonly #bytes = [0];

  /** @param byte  where a scan can begin with the token of this place; −1 where none can. */
  note(place: number, byte: number): void {
    if (byte === -1 || place - (this.#places.at(-1) as number) < apart) return;
    this.#places.push(place);
    this.#bytes.push(byte);
  }

  /** The last mark that is not behind a place. */
  before(place: number): { readonly place: number; readonly byte: number } {
    let low = 0;
    let high = this.#places.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as number) <= place) low = middle;
      else high = middle;
    }
    return { place: this.#places[low] as number, byte: this.#bytes[low] as number };
  }
}
