import { fault } from '../bytes/fault';
import type { ByteSource } from '../bytes/byteSource';
import { textLines } from '../bytes/textLines';
import type { Segment } from './segment';

/**
 * Parses time-aligned labels in the layout of TIMIT's `.phn` and `.wrd` files: lines of `BEGIN END LABEL`, in
 * samples, the end excluded, in order of time. Blank lines are skipped.
 *
 * @throws DataError naming line and byte offset when there are no labels, a line is not of
 *   that form, ends before it begins, or begins before the one above it ends.
 */
export async function parseSegments(source: ByteSource): Promise<Segment[]> {
  const { path } = source;
  const segments: Segment[] = [];
  for await (const { text, line, offset } of textLines(source)) {
    if (text === '') continue;
    const fail = (problem: string): never => {
      throw fault({ file: path, offset }, `line ${line} ${problem}.`);
    };
    const match = /^(\d{1,15})[ \t]+(\d{1,15})[ \t]+(\S+)$/.exec(text);
    if (match === null) {
      return fail('is not BEGIN END LABEL, the first two in samples');
    }
    const [, begin, end, label = ''] = match;
    const segment = { begin: Number(begin), end: Number(end), label };
    const before = segments.at(-1)?.end ?? 0;
    if (segment.end < segment.begin) {
      fail(`ends at sample ${segment.end}, before it begins at ${segment.begin}`);
    }
    if (segment.begin < before) {
      fail(`begins at sample ${segment.begin}, before the label above it ends at ${before}`);
    }
    segments.push(segment);
  }
  if (segments.length === 0) throw fault({ file: path }, 'has no labels.');
  return segments;
}
