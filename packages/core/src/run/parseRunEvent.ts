import { runEventSchema, type RunEvent } from './runEvent';
import { parseAs, parseJson } from './schema';

/**
 * Reads one line of an `events.jsonl`.
 *
 * @param line   the JSON text of one event.
 * @param where  what to call the line in an error, e.g. `events.jsonl:12`.
 * @throws DataError naming the line and the field that does not fit.
 */
export function parseRunEvent(line: string, where: string): RunEvent {
  return parseAs(runEventSchema, parseJson(line, where), where);
}
