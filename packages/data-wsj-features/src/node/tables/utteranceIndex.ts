import type { ScpLine } from '../scp/parseScpLine';

/** Where the utterances of a list are: a few numbers for each, since a list may have hundreds of thousands. */
export class UtteranceIndex {
  readonly keys: string[] = [];
  /** Frames of each utterance, once they are known. */
  readonly frames: number[] = [];
  /** About how many bytes to read at first, once that is known. */
  readonly spans: number[] = [];
  readonly #positions = new Map<string, number>();
  readonly #files: number[] = [];
  /** −1 where the object is the whole file. */
  readonly #offsets: number[] = [];
  readonly #paths: string[] = [];
  readonly #fileOf = new Map<string, number>();
  /** Lines with a range or a command, as they are. */
  readonly #others = new Map<number, ScpLine>();

  /** Puts a line behind the others, the n-th of its list. @returns the line that has its key already, else undefined. */
  add(line: ScpLine): ScpLine | undefined {
    const { key, target } = line;
    const known = this.#positions.get(key);
    if (known !== undefined) return this.line(known);
    const position = this.keys.push(key) - 1;
    this.#positions.set(key, position);
    const isPlain = target.kind === 'file' && target.range === undefined;
    if (!isPlain) this.#others.set(position, line);
    this.#files.push(target.kind === 'file' ? this.#fileNumber(target.path) : -1);
    this.#offsets.push(target.kind === 'file' ? (target.offset ?? -1) : -1);
    return undefined;
  }

  /** The position of a key; undefined for one that is not there. */
  find(key: string): number | undefined {
    return this.#positions.get(key);
  }

  line(position: number): ScpLine {
    const other = this.#others.get(position);
    if (other !== undefined) return other;
    const at = this.#offsets[position] ?? -1;
    const path = this.#paths[this.#files[position] ?? 0] ?? '';
    const offset = at === -1 ? undefined : at;
    const target = { kind: 'file', path, offset, range: undefined } as const;
    return { key: this.keys[position] ?? '', target, line: position + 1 };
  }

  /** Sets each span to the distance to the next entry of the same file, within bounds; for the last, `last`. */
  measureSpans({ least, most, last }: { least: number; most: number; last: number }): void {
    const file = (position: number): number => this.#files[position] ?? -1;
    const offset = (position: number): number => this.#offsets[position] ?? -1;
    const order = Int32Array.from(this.keys, (_, i) => i);
    order.sort((a, b) => file(a) - file(b) || offset(a) - offset(b));
    order.forEach((position, i) => {
      const next = order[i + 1];
      const follows = next !== undefined && file(next) === file(position) && file(next) !== -1;
      const distance = follows ? offset(next) - Math.max(0, offset(position)) : last;
      this.spans[position] = Math.min(Math.max(distance, least), most);
    });
  }

  #fileNumber(path: string): number {
    const known = this.#fileOf.get(path);
    if (known !== undefined) return known;
    const number = this.#paths.push(path) - 1;
    this.#fileOf.set(path, number);
    return number;
  }
}
