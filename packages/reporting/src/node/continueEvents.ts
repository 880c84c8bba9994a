import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { cannotWrite, DataError, parseRunEvent, type RunEvent } from '@bnrnn/core';
import { writeOutput } from '@bnrnn/core/node';
import { readLogLines } from './logLines';

/** What became of a log that a resumed run goes on with. */
export interface ContinuedEvents {
  /** Events that the run makes again. */
  readonly dropped: number;
  /** Lines that hold no event; of half a line at the end, as a kill leaves it, nothing is said. */
  readonly damaged: number;
  /** Where the log lies as it was, where lines of it were damaged. */
  readonly setAside: string | undefined;
  /** Steps up to the checkpoint's that the log does not hold. */
  readonly missing: number;
}

/** Bytes `from` up to `to`. */
interface Range {
  readonly from: number;
  to: number;
}

/**
 * Makes an `events.jsonl` ready for a run that is resumed: what it is about to report again goes (every event after
 * the checkpoint's step, an `end` that was none, half a line that a kill left), and so do damaged lines, of which the
 * whole log is kept beside it as `events.jsonl.damaged`.
 *
 * The file is written anew beside the old one and renamed, so that a kill leaves one of the two whole. A log of any
 * length takes time in proportion and no memory.
 *
 * @param file  path of an `events.jsonl`; where it does not exist, all steps are missing.
 * @param step  training steps done at the checkpoint.
 * @throws DataError when the file cannot be read or written.
 */
export async function continueEvents(file: string, step: number): Promise<ContinuedEvents> {
  if (!existsSync(file)) return { dropped: 0, damaged: 0, setAside: undefined, missing: step };
  try {
    const { kept, isWhole, ...found } = scan(file, step);
    const setAside = found.damaged > 0 ? copyAside(file) : undefined;
    const bytes = kept.reduce((sum, { from, to }) => sum + to - from, 0);
    if (bytes === 0) truncateSync(file, 0);
    else if (!isWhole || bytes !== statSync(file).size) await rewrite(file, kept, isWhole);
    return { ...found, setAside };
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw cannotWrite(file, cause);
  }
}

interface Scanned extends Omit<ContinuedEvents, 'setAside'> {
  readonly kept: readonly Range[];
  /** False where the last line that stays lacks its break. */
  readonly isWhole: boolean;
}

function scan(file: string, step: number): Scanned {
  const kept: Range[] = [];
  let isWhole = true;
  let [dropped, damaged, held, lastStep] = [0, 0, 0, 0];
  for (const { text, from, to, ended } of readLogLines(file)) {
    if (text.trim() === '') continue;
    const event = eventOf(text);
    if (event === undefined) {
      if (ended) damaged++;
      continue;
    }
    if (event.step > step || event.type === 'end') {
      dropped++;
      continue;
    }
    if (event.type === 'step' && event.step > lastStep) {
      held++;
      lastStep = event.step;
    }
    isWhole = ended;
    const last = kept.at(-1);
    if (last?.to === from) last.to = to;
    else kept.push({ from, to });
  }
  return { kept, isWhole, dropped, damaged, missing: step - held };
}

function eventOf(text: string): RunEvent | undefined {
  try {
    return parseRunEvent(text, '');
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** Copies a file under the first name that is free: what is damaged may still tell somebody something. */
function copyAside(file: string): string {
  for (let k = 1; ; k++) {
    const name = `${file}.damaged${k === 1 ? '' : `-${k}`}`;
    if (existsSync(name)) continue;
    copyFileSync(file, name, constants.COPYFILE_EXCL);
    return name;
  }
}

/** Writes the file anew from ranges of its bytes. */
async function rewrite(file: string, ranges: readonly Range[], isWhole: boolean): Promise<void> {
  const parts = function* (): Generator<Uint8Array | string, void, undefined> {
    yield* bytesOf(file, ranges);
    if (!isWhole) yield '\n';
  };
  await writeOutput(file, parts());
}

function* bytesOf(file: string, ranges: readonly Range[]): Generator<Uint8Array, void, undefined> {
  const descriptor = openSync(file, 'r');
  try {
    for (const { from, to } of ranges) {
      for (let at = from; at < to;) {
        const part = Buffer.alloc(Math.min(2 ** 20, to - at));
        const bytes = readSync(descriptor, part, 0, part.length, at);
        if (bytes === 0) throw new DataError(`${file} became shorter while it was read.`);
        yield part.subarray(0, bytes);
        at += bytes;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
