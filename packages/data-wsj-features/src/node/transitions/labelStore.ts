import { expectNumber } from '@bnrnn/core';
import { fault } from '../../bytes/fault';
import type { AlignmentTable } from '../../features';

/** Runs of equal labels: what each is, and how many frames it has. */
interface Block {
  readonly labels: Uint16Array | Int32Array;
  readonly lengths: Uint8Array;
}

const [leastRuns, mostRuns] = [2 ** 12, 2 ** 18];
const longestRun = 255;

/**
 * Gathers the labels of utterances as runs, three bytes each while an utterance's labels are below 65,536: a state
 * lasts some three frames, so about a byte a frame. Runs stand one behind the other in blocks: arrays for each
 * utterance would take as much again.
 */
export class LabelStore {
  /** Where an utterance stands in the next three. */
  readonly #positions = new Map<string, number>();
  readonly #blockOf: Block[] = [];
  readonly #starts: number[] = [];
  readonly #frames: number[] = [];
  readonly #blocks = new Map<16 | 32, { block: Block; used: number }>();
  readonly #given: boolean;
  #classes: number | undefined;
  /** The largest label of all, and where it stood first. */
  #largest = { label: -1, frame: 0, file: '', key: '' };
  #runs = 0;

  /** @param classes  refuses labels that are not below it; left out, `expectClasses` or the labels decide. */
  constructor(classes: number | undefined) {
    this.#given = classes !== undefined;
    this.#classes =
      classes === undefined
        ? undefined
        : expectNumber('readAlignments: classes', classes, { integer: true, min: 1 });
  }

  /**
   * Says how many classes there are, once a model is known.
   *
   * @param model  its name, for the error.
   * @throws DataError where a label that came before is not below them.
   */
  expectClasses(pdfs: number, model: string): void {
    if (this.#given) return;
    const { label, frame, file, key } = this.#largest;
    if (label >= pdfs) {
      throw fault(
        { file, key },
        `frame ${frame} has the label ${label}, expected one from 0 to ${pdfs - 1}: ${model} has ${pdfs} classes.`,
        {
          hint: 'All labels of a run must come from one model. Give those of the other one to a run of their own.',
        },
      );
    }
    this.#classes = pdfs;
  }

  /** @throws DataError for a key that came before, or a label outside the classes. */
  add(key: string, labels: Int32Array, file: string): void {
    if (this.#positions.has(key))
      throw fault({ file, key }, 'the key stands twice in the alignments.');
    const classes = this.#classes ?? Infinity;
    let [largest, largestFrame] = [0, 0];
    for (let frame = 0; frame < labels.length; frame++) {
      const label = labels[frame] as number;
      if (label < 0 || label >= classes) {
        const allowed = classes === Infinity ? 'from 0' : `from 0 to ${classes - 1}`;
        throw fault(
          { file, key },
          `frame ${frame} has the label ${label}, expected one ${allowed}.`,
        );
      }
      if (label > largest) [largest, largestFrame] = [label, frame];
    }
    if (largest > this.#largest.label) {
      this.#largest = { label: largest, frame: largestFrame, file, key };
    }
    this.#positions.set(key, this.#frames.push(labels.length) - 1);
    this.#append(labels, largest < 65_536 ? 16 : 32);
  }

  /** What was gathered. @throws DataError when that is nothing. */
  table(paths: string): AlignmentTable {
    const positions = this.#positions;
    if (positions.size === 0) throw fault({ file: paths }, 'there is no alignment.');
    const find = (key: string): number => {
      const position = positions.get(key);
      if (position !== undefined) return position;
      throw fault({ file: paths, key }, 'there is no alignment for this utterance.');
    };
    return {
      keys: [...positions.keys()],
      classes: this.#classes ?? this.#largest.label + 1,
      has: (key) => positions.has(key),
      frames: (key) => this.#frames[find(key)] as number,
      read: (key, into) => {
        const at = find(key);
        const frames = this.#frames[at] as number;
        const labels =
          into === undefined || into.length < frames
            ? new Int32Array(frames)
            : into.subarray(0, frames);
        unpack(this.#blockOf[at] as Block, this.#starts[at] as number, labels);
        return labels;
      },
    };
  }

  /** Puts runs behind those before, into a new block where the last has no room; blocks grow with what came. */
  #append(labels: Int32Array, bits: 16 | 32): void {
    const runs = countRuns(labels);
    this.#runs += runs;
    let last = this.#blocks.get(bits);
    if (last === undefined || last.used + runs > last.block.lengths.length) {
      const size = Math.max(runs, Math.min(Math.max(this.#runs, leastRuns), mostRuns));
      const values = bits === 16 ? new Uint16Array(size) : new Int32Array(size);
      last = { block: { labels: values, lengths: new Uint8Array(size) }, used: 0 };
      this.#blocks.set(bits, last);
    }
    const { block, used: start } = last;
    pack(labels, block, start);
    last.used += runs;
    this.#blockOf.push(block);
    this.#starts.push(start);
  }
}

function countRuns(labels: Int32Array): number {
  let runs = 0;
  for (let begin = 0; begin < labels.length; begin = endOfRun(labels, begin)) runs++;
  return runs;
}

function endOfRun(labels: Int32Array, begin: number): number {
  const most = Math.min(labels.length, begin + longestRun);
  let end = begin + 1;
  while (end < most && labels[end] === labels[begin]) end++;
  return end;
}

function pack(labels: Int32Array, block: Block, start: number): void {
  for (let begin = 0, run = start; begin < labels.length; run++) {
    const end = endOfRun(labels, begin);
    block.labels[run] = labels[begin] as number;
    block.lengths[run] = end - begin;
    begin = end;
  }
}

function unpack(block: Block, start: number, labels: Int32Array): void {
  for (let begin = 0, run = start; begin < labels.length; run++) {
    const end = begin + (block.lengths[run] as number);
    labels.fill(block.labels[run] as number, begin, end);
    begin = end;
  }
}
