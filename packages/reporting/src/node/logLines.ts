import { closeSync, openSync, readSync } from 'node:fs';

/** One line of a file, and where it lies. */
export interface LogLine {
  readonly text: string;
  /** The first byte, and the one behind the line and its break. */
  readonly from: number;
  readonly to: number;
  /** False of a last line that lacks its break. */
  readonly ended: boolean;
}

/** Bytes that are read at once. */
const partBytes = 2 ** 20;
/** What is longer than this is no event: its text is cut. */
const longestLine = 2 ** 22;

/**
 * The lines of a file of any length, one at a time in bounded memory.
 *
 * @throws the system's error when it cannot be read.
 */
export function* readLogLines(file: string): Generator<LogLine, void, undefined> {
  const descriptor = openSync(file, 'r');
  try {
    const part = Buffer.alloc(partBytes);
    let pending: Buffer[] = [];
    let from = 0;
    let length = 0;
    for (;;) {
      const bytes = readSync(descriptor, part, 0, partBytes, null);
      if (bytes === 0) break;
      let begin = 0;
      for (let end; (end = part.subarray(0, bytes).indexOf(10, begin)) >= 0; begin = end + 1) {
        length += end + 1 - begin;
        const last = part.subarray(begin, end);
        const text = (pending.length === 0 ? last : Buffer.concat([...pending, last])).toString();
        yield { text, from, to: from + length, ended: true };
        from += length;
        length = 0;
        pending = [];
      }
      if (begin === bytes) continue;
      if (length < longestLine) pending.push(Buffer.from(part.subarray(begin, bytes)));
      length += bytes - begin;
    }
    if (length > 0) {
      yield { text: Buffer.concat(pending).toString(), from, to: from + length, ended: false };
    }
  } finally {
    closeSync(descriptor);
  }
}
