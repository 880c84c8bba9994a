import { DataError, parseRunEvent, type RunEvent } from '@bnrnn/core';

/** One line of an `events.jsonl`. */
export interface EventLine {
  readonly text: string;
  /** False of a last line that lacks its break. */
  readonly ended: boolean;
}

/**
 * The events of the lines of an `events.jsonl`.
 *
 * A killed process can leave half a line at the end; that one, and only that one, is left out.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the line that is not a run event.
 */
export function* eventsOfLines(
  lines: Iterable<EventLine>,
  where: string,
): Generator<RunEvent, void, undefined> {
  let number = 0;
  for (const { text, ended } of lines) {
    number++;
    if (text.trim() === '') continue;
    let event: RunEvent;
    try {
      event = parseRunEvent(text, `${where}:${number}`);
    } catch (error) {
      if (!ended && error instanceof DataError) continue;
      throw error;
    }
    yield event;
  }
}

/** The lines of a text. */
export function linesOfText(text: string): EventLine[] {
  const lines = text.split('\n');
  return lines.map((line, index) => ({ text: line, ended: index < lines.length - 1 }));
}
