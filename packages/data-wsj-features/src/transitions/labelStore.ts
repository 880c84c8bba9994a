import { expectNumber } from '@bnrnn/core';
import { fault } from '../bytes/fault';
import type { AlignmentTable } from '../features';

type Labels = Uint16Array | Int32Array;

/** Where the labels of an utterance stand. */
interface Place {
  readonly block: Labels;
  readonly start: number;
  readonly frames: number;
}

const [leastBlock, mostBlock] = [2 ** 12, 2 ** 18];

/**
 * Gathers the labels of utterances, two bytes each while an utterance's are below 65,536. They stand one behind the
 * other in blocks: an array for each utterance would take as much again.
 */
export class LabelStore {
  readonly #places = new Map<string, Place>();
  readonly #blocks = new Map<16 | 32, { block: Labels; used: number }>();
  readonly #given: boolean;
  #classes: number | undefined;
  #largest = -1;
  #total = 0;

  /** @param classes  refuses labels that are not below it; left out, `expectClasses` or the labels decide. */
  constructor(classes: number | undefined) {
    this.#given = classes !== undefined;
    this.#classes =
      classes === undefined
        ? undefined
        : expectNumber('readAlignments: classes', classes, { integer: true, min: 1 });
  }

  /** Says how many classes the next labels' model has. */
  expectClasses(pdfs: number): void {
    if (!this.#given) this.#classes = Math.max(this.#classes ?? 0, pdfs);
  }

  /** @throws DataError for a key that came before, or a label outside the classes. */
  add(key: string, labels: Int32Array, file: string): void {
    if (this.#places.has(key))
      throw fault({ file, key }, 'the key stands twice in the alignments.');
    const classes = this.#classes ?? Infinity;
    let largest = 0;
    for (let frame = 0; frame < labels.length; frame++) {
      const label = labels[frame] as number;
      if (label < 0 || label >= classes) {
        const allowed = classes === Infinity ? 'from 0' : `from 0 to ${classes - 1}`;
        throw fault(
          { file, key },
          `frame ${frame} has the label ${label}, expected one ${allowed}.`,
        );
      }
      if (label > largest) largest = label;
    }
    this.#largest = Math.max(this.#largest, largest);
    this.#places.set(key, this.#append(labels, largest < 65_536 ? 16 : 32));
  }

  /** What was gathered. @throws DataError when that is nothing. */
  table(paths: string): AlignmentTable {
    const places = this.#places;
    if (places.size === 0) throw fault({ file: paths }, 'there is no alignment.');
    return {
      keys: [...places.keys()],
      classes: this.#classes ?? this.#largest + 1,
      has: (key) => places.has(key),
      read(key) {
        const found = places.get(key);
        if (found === undefined) {
          throw fault({ file: paths, key }, 'there is no alignment for this utterance.');
        }
        const { block, start, frames } = found;
        return new Int32Array(block.subarray(start, start + frames));
      },
    };
  }

  /** Copies labels behind those before, into a new block where the last has no room; blocks grow with what came. */
  #append(labels: Int32Array, bits: 16 | 32): Place {
    const frames = labels.length;
    this.#total += frames;
    let last = this.#blocks.get(bits);
    if (last === undefined || last.used + frames > last.block.length) {
      const size = Math.max(frames, Math.min(Math.max(this.#total, leastBlock), mostBlock));
      last = { block: bits === 16 ? new Uint16Array(size) : new Int32Array(size), used: 0 };
      this.#blocks.set(bits, last);
    }
    const { block, used: start } = last;
    block.set(labels, start);
    last.used += frames;
    return { block, start, frames };
  }
}
