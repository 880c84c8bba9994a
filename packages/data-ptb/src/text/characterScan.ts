import { isBlank } from '../blanks';
import { endOfLine, spaceCharacter } from '../vocabulary';
import { TextScan } from './textScan';
import { sequenceLength } from './utf8';

const newline = 0x0a;
const space = 0x20;
const underscore = 0x5f;
const writtenEnd = Array.from(endOfLine);

/**
 * Cuts a text of words into characters: blanks at both ends of a line are dropped, every other space
 * is `_`, and `<eos>` is one symbol at the end of each line.
 */
export class CharacterScan extends TextScan {
  /** Where the line began among the tokens. */
  #lineStart = 0;
  /** Blanks that are dropped if the line ends behind them. */
  readonly #blanks: number[] = [];
  #inLine = false;
  /** A character that is not whole yet. */
  readonly #sequence = new Uint8Array(4);
  readonly #single = new Uint8Array(1);
  #have = 0;
  #need = 0;

  protected scan(piece: Uint8Array, from: number): void {
    for (let i = from; i < piece.length; i++) {
      const value = piece[i] as number;
      // A sequence that is cut short ends before an ASCII byte; it is refused as it is.
      if (this.#have > 0 && value < 0x80) this.#character(i);
      if (isBlank(value)) {
        this.blank(value, i);
        if (value === newline) this.#endLine();
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
    if (this.#inLine) this.#endLine();
  }

  #blank(value: number): void {
    this.#inLine = true;
    if (this.tokens.length > this.#lineStart) this.#blanks.push(value);
  }

  /** @param next  where the byte behind the character stands in the piece. */
  #character(next: number): void {
    if (this.#blanks.length > 0) {
      for (const value of this.#blanks) this.#byte(value === space ? underscore : value, next);
      this.#blanks.length = 0;
    }
    if (this.#have === 1 && this.#sequence[0] === underscore) this.underscores++;
    this.#inLine = true;
    this.#push(this.#sequence, this.#have, next - this.#have);
    this.#have = 0;
  }

  #byte(value: number, at: number): void {
    this.#single[0] = value;
    this.#push(this.#single, 1, at);
  }

  #push(bytes: Uint8Array, length: number, at: number): void {
    const id = this.types.find(bytes, 0, length);
    this.tokens.push(id === -1 ? this.addType(bytes.subarray(0, length), at) : id);
  }

  #endLine(): void {
    this.#dropWrittenEnd();
    this.pushEnd();
    this.#lineStart = this.tokens.length;
    this.#blanks.length = 0;
    this.#inLine = false;
    this.nextLine();
  }

  /** A line whose last word is `<eos>` ends in one symbol, not in its five characters and another. */
  #dropWrittenEnd(): void {
    const first = this.tokens.length - writtenEnd.length;
    if (first < this.#lineStart) return;
    if (writtenEnd.some((character, i) => this.#nameAt(first + i) !== character)) return;
    let kept = first;
    while (kept > this.#lineStart && this.#isSpace(kept - 1)) kept--;
    if (kept === first && first > this.#lineStart) return;
    this.tokens.truncate(kept);
    this.endedLines++;
  }

  #nameAt(place: number): string | undefined {
    return this.types.names[this.tokens.at(place)];
  }

  #isSpace(place: number): boolean {
    const name = this.#nameAt(place) ?? '';
    return name === spaceCharacter || (name.length === 1 && isBlank(name.charCodeAt(0)));
  }
}
