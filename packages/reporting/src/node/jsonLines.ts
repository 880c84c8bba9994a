import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { repairEvents } from './truncateEvents';
import type { EventConsumer } from '../events/eventConsumer';

/**
 * Appends every event to `file` as one line of JSON.
 *
 * Each line is handed to the operating system at once, so a killed process loses nothing it has
 * reported; checkpoints and the end are synced to the disk. Half a line that an earlier kill left at
 * the end is removed first.
 *
 * @param file  path of an `events.jsonl`; it and its folder are made where missing.
 * @throws DataError when the file holds something other than run events.
 */
export function jsonLines(file: string): EventConsumer {
  mkdirSync(dirname(file), { recursive: true });
  repairEvents(file);
  const descriptor = openSync(file, 'a');
  return {
    write(event) {
      writeSync(descriptor, `${JSON.stringify(event)}\n`);
      if (event.type === 'checkpoint' || event.type === 'end') fsyncSync(descriptor);
    },
    close() {
      closeSync(descriptor);
    },
  };
}
