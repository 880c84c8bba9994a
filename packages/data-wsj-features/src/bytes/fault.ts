import { DataError, escapeUnseen } from '@bnrnn/core';

/** Where in a file something was read: what an error says first. */
export interface Place {
  readonly file: string;
  readonly key?: string | undefined;
  /** Byte offset from the start of the file (of what it unpacks to, where it is gzipped). */
  readonly offset?: number | undefined;
}

/** The DataError for what stands at a place: file, key and byte offset, then one sentence. */
export function fault(
  place: Place,
  sentence: string,
  options: { hint?: string; cause?: unknown } = {},
): DataError {
  const key =
    place.key === undefined || place.key === '' ? '' : `, key ${printable(place.key, 120)}`;
  const offset = place.offset === undefined ? '' : `, byte ${place.offset}`;
  return new DataError(`${place.file}${key}${offset}: ${sentence}`, options);
}

/** Text from a file as an error may show it: not longer than `most`, what is not seen escaped. */
export function printable(text: string, most = 40): string {
  const escaped = escapeUnseen(text);
  return escaped.length > most ? `${escaped.slice(0, most - 3)}...` : escaped;
}
