import * as v from 'valibot';
import { DataError } from '../errors';
import { runEventSchema, type RunEvent } from './runEvent';

/**
 * Reads one line of an `events.jsonl`.
 *
 * @param line   the JSON text of one event.
 * @param where  what to call the line in an error, e.g. `events.jsonl:12`.
 * @throws DataError naming the line and the field that does not fit.
 */
export function parseRunEvent(line: string, where: string): RunEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new DataError(`${where} is not JSON.`, { cause });
  }
  const result = v.safeParse(runEventSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the event';
  throw new DataError(
    `${where}: ${path} is ${issue.received}, expected ${issue.expected ?? issue.type}.`,
  );
}
