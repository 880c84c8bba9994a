import { DataError, errorCode, reasonOf, type RunEvent } from '@bnrnn/core';
import { eventsOfLines } from '../events/eventLines';
import { readLogLines } from './logLines';

/**
 * The events of an `events.jsonl` of any length, read as they are asked for; none where there is no file.
 *
 * @throws DataError as `eventsOfLines` does, or when the file cannot be read.
 */
export function* readEvents(file: string): Generator<RunEvent, void, undefined> {
  try {
    yield* eventsOfLines(readLogLines(file), file);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    if (errorCode(cause) === 'ENOENT') return;
    throw new DataError(`${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
