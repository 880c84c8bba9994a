const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How many bytes a UTF-8 sequence has that begins so; 0 where none begins so. */
export function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The text of bytes, undefined where they are not UTF-8. */
export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The place of the first byte that is not part of UTF-8; the length where all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] as number);
    if (length === 0 || at + length > bytes.length) return at;
    if (decoded(bytes.subarray(at, at + length)) === undefined) return at;
    at += length;
  }
  return at;
}

const marks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['UTF-32LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
];

/**
 * The Unicode encoding other than UTF-8 that a text seems to have, by its byte order mark or by where
 * its zero bytes stand; undefined where it shows none.
 *
 * @param begin  the first bytes of the text.
 */
export function wideEncodingOf(begin: Uint8Array): string | undefined {
  const marked = marks.find(([, mark]) => mark.every((byte, i) => begin[i] === byte));
  if (marked !== undefined) return marked[0];
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < begin.length; i++) {
    if (begin[i] === 0) zeros[i % 4] = (zeros[i % 4] as number) + 1;
  }
  const [a, b, c, d] = zeros as [number, number, number, number];
  // Latin letters leave half (UTF-16) or three quarters (UTF-32) of the bytes zero.
  const most = begin.length / 16;
  if (b > most && c > most && d > most && a <= most) return 'UTF-32LE';
  if (a > most && b > most && c > most && d <= most) return 'UTF-32BE';
  if (b > most && d > most && a + c === 0) return 'UTF-16LE';
  if (a > most && c > most && b + d === 0) return 'UTF-16BE';
  return undefined;
}
