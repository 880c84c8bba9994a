import { DataError, parseRunEvent, type RunEvent } from '@bnrnn/core';

/** One line of an `events.jsonl` with the event it holds. */
export interface EventLine {
  line: string;
  event: RunEvent;
}

/**
 * Reads the text of an `events.jsonl`.
 *
 * A killed process can leave half a line at the end; that one, and only that one, is left out.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the line that is not a run event.
 */
export function parseEventLines(text: string, where: string): EventLine[] {
  const lines = text.split('\n');
  const unfinished = lines.length - 1;
  const parsed: EventLine[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      parsed.push({ line, event: parseRunEvent(line, `${where}:${index + 1}`) });
    } catch (error) {
      if (index === unfinished && error instanceof DataError) return;
      throw error;
    }
  });
  return parsed;
}
