import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import type { RunEvent } from '@bnrnn/core';
import { parseEventLines } from '../events/eventLines';

/**
 * Drops from an `events.jsonl` what a resumed run is about to report again: every event after the
 * checkpoint's step, an `end` that was none, and half a line that a kill left at the end.
 *
 * The file is written anew beside the old one and renamed, so a kill leaves one of the two whole.
 *
 * @param file  path of an `events.jsonl`; nothing happens where it does not exist.
 * @param step  training steps done at the checkpoint.
 * @returns     how many events were dropped.
 * @throws DataError when the file holds something other than run events.
 */
export function truncateEvents(file: string, step: number): number {
  return keepEvents(file, (event) => event.step <= step && event.type !== 'end');
}

/** Removes half a line from the end of the file, or ends a whole one that lacks its line break. */
export function repairEvents(file: string): void {
  keepEvents(file, () => true);
}

function keepEvents(file: string, isKept: (event: RunEvent) => boolean): number {
  if (!existsSync(file)) return 0;
  const text = readFileSync(file, 'utf8');
  const all = parseEventLines(text, file);
  const kept = all.filter(({ event }) => isKept(event));
  const next = kept.map(({ line }) => `${line}\n`).join('');
  if (next !== text) replaceFile(file, next);
  return all.length - kept.length;
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  const descriptor = openSync(temporary, 'w');
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}
