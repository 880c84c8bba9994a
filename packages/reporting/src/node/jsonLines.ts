import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { cannotWrite, DataError, parseRunEvent } from '@bnrnn/core';
import { writeFullySync } from '@bnrnn/core/node';
import type { EventConsumer } from '../events/eventConsumer';

/** A log that is being written. */
export interface EventLog extends EventConsumer {
  /** Returns when everything written so far is on the disk. */
  sync(): void;
}

/**
 * Appends every event to `file` as one line of JSON.
 *
 * Each line is handed to the operating system at once, so a killed process loses nothing it has
 * reported; `sync` and the end put it on the disk. Half a line that an earlier kill left at the end is
 * removed first.
 *
 * @param file  path of an `events.jsonl`; it and its folder are made where missing.
 * @throws DataError when the file ends in something other than a run event, or cannot be written: a
 *   disk that takes only a part of a line is full.
 */
export function jsonLines(file: string): EventLog {
  const named = <Result>(write: () => Result): Result => {
    try {
      return write();
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      throw cannotWrite(file, cause);
    }
  };
  const descriptor = named(() => {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'a+');
  });
  const append = (text: string): void =>
    named(() => writeFullySync(descriptor, Buffer.from(text, 'utf8')));
  try {
    named(() => endLastLine(descriptor, file, append));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    write(event) {
      append(`${JSON.stringify(event)}\n`);
      if (event.type === 'end') this.sync();
    },
    sync() {
      named(() => fsyncSync(descriptor));
    },
    close() {
      closeSync(descriptor);
    },
  };
}

/** An event is never as long as this. */
const tailBytes = 2 ** 20;

/** Removes half a line from the end, or ends a whole one that lacks its break. */
function endLastLine(descriptor: number, file: string, append: (text: string) => void): void {
  const status = fstatSync(descriptor);
  if (!status.isFile() || status.size === 0) return;
  const tail = Buffer.alloc(Math.min(tailBytes, status.size));
  const from = status.size - tail.length;
  readSync(descriptor, tail, 0, tail.length, from);
  const end = tail.lastIndexOf(10);
  if (end === tail.length - 1) {
    const begin = tail.subarray(0, end).lastIndexOf(10) + 1;
    parseRunEvent(tail.subarray(begin, end).toString(), `${file}: the last line`);
    return;
  }
  if (isEvent(tail.subarray(end + 1).toString())) append('\n');
  else ftruncateSync(descriptor, from + end + 1);
}

function isEvent(line: string): boolean {
  try {
    parseRunEvent(line, '');
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}
