import { isBlank } from '../blanks';
import { endBytes, nowhere, TextScan } from './textScan';
import { sequenceLength } from './utf8';

const newline = 0x0a;
const space = 0x20;
const underscore = 0x5f;

/**
 * Cuts a text of words into characters: blanks at both ends of a line are dropped, every other space
 * is `_`, and `<eos>` is one symbol at the end of each line.
 */
export class CharacterScan extends TextScan {
  /** Whether a character of the line was met. */
  #hasCharacters = false;
  /** Blanks that are dropped if the line ends behind them. */
  readonly #blanks: number[] = [];
  #inLine = false;
  /** A character that is not whole yet. */
  readonly #sequence = new Uint8Array(4);
  readonly #single = new Uint8Array(1);
  #have = 0;
  #need = 0;
  /** Spaces and the begin of `<eos>` behind them: a line that ends so ends in one symbol, not in these and another. */
  readonly #held: number[] = [];
  /** Characters of `<eos>` among them. */
  #matched = 0;
  /** Whether `<eos>` here would be a word: only spaces stand between it and a space or the line's begin. */
  #mayEnd = true;

  protected scan(piece: Uint8Array, from: number): void {
    for (let i = from; i < piece.length; i++) {
      const value = piece[i] as number;
      // A sequence that is cut short ends before an ASCII byte; it is refused as it is.
      if (this.#have > 0 && value < 0x80) this.#character(i);
      if (isBlank(value)) {
        this.blank(value, i);
        if (value === newline) this.#endLine(this.byteAt(i));
        else this.#blank(value);
        continue;
      }
      if (this.#have === 0) this.#need = Math.max(1, sequenceLength(value));
      this.#sequence[this.#have++] = value;
      if (this.#have === this.#need) this.#character(i + 1);
    }
  }

  protected scanEnd(): void {
    if (this.#have > 0) this.#character(0);
    if (this.#inLine) this.#endLine(nowhere);
  }

  #blank(value: number): void {
    this.#inLine = true;
    if (this.#hasCharacters) this.#blanks.push(value);
  }

  /** @param next  where the byte behind the character stands in the piece. */
  #character(next: number): void {
    if (this.#blanks.length > 0) {
      for (const value of this.#blanks) this.#byte(value === space ? underscore : value, next);
      this.#blanks.length = 0;
    }
    if (this.#have === 1 && this.#sequence[0] === underscore) this.underscores++;
    this.#inLine = true;
    this.#hasCharacters = true;
    this.#give(this.#sequence, this.#have, next - this.#have);
    this.#have = 0;
  }

  #byte(value: number, at: number): void {
    this.#single[0] = value;
    this.#give(this.#single, 1, at);
  }

  #give(bytes: Uint8Array, length: number, at: number): void {
    const found = this.types.find(bytes, 0, length);
    const id = found === -1 ? this.addType(bytes.subarray(0, length), at) : found;
    const value = length === 1 ? (bytes[0] as number) : undefined;
    if (value !== undefined && (value === underscore || isBlank(value))) {
      if (this.#matched > 0) this.#release();
      this.#mayEnd = true;
      this.#held.push(id);
    } else if (this.#mayEnd && value !== undefined && value === endBytes[this.#matched]) {
      this.#matched++;
      this.#held.push(id);
    } else {
      this.#release();
      this.#mayEnd = false;
      // Where a scan begins, the first letter of <eos> would be held.
      this.sink(id, value === endBytes[0] ? nowhere : this.byteAt(at));
    }
  }

  #release(): void {
    for (const id of this.#held) this.sink(id, nowhere);
    this.#held.length = 0;
    this.#matched = 0;
  }

  /** @param byte  of the newline. */
  #endLine(byte: number): void {
    if (this.#matched === endBytes.length) {
      this.#held.length = 0;
      this.#matched = 0;
      this.endedLines++;
    } else this.#release();
    this.giveEnd(this.#hasCharacters ? nowhere : byte);
    this.#mayEnd = true;
    this.#hasCharacters = false;
    this.#blanks.length = 0;
    this.#inLine = false;
    this.nextLine();
  }
}
