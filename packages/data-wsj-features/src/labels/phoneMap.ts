import { expectNumber } from '@bnrnn/core';
import { fault, printable } from '../bytes/fault';
import type { ByteSource } from '../bytes/byteSource';
import { textLines } from '../bytes/textLines';
import type { Segment } from './segment';

/** Which phone stands for which, e.g. TIMIT's 61 labels for the usual 48 or 39 classes. */
export interface PhoneMap {
  /** The file, as errors name it. */
  readonly path: string;
  /** What the labels become; undefined for one that is dropped. */
  readonly becomes: ReadonlyMap<string, string | undefined>;
}

/**
 * Parses a map of phones in the layout of Kaldi's `phones.60-48-39.map`: a line for each label, the label first, what
 * it becomes in the further columns. A label whose line has no such column is dropped (`q`).
 *
 * @param column  from 1; 2 are the 48 classes of that file, 3 the 39. The file must have a line with that many.
 * @throws DataError naming line and byte offset when a label stands there twice or no line has the column.
 */
export async function parsePhoneMap(source: ByteSource, column: number): Promise<PhoneMap> {
  const { path } = source;
  expectNumber('parsePhoneMap: column', column, { integer: true, min: 1 });
  const becomes = new Map<string, string | undefined>();
  let widest = 0;
  for await (const { text, line, offset } of textLines(source)) {
    if (text === '') continue;
    const columns = text.split(/[ \t]+/);
    const [label = ''] = columns;
    if (becomes.has(label)) {
      throw fault({ file: path, offset }, `line ${line} has ${printable(label)} a second time.`);
    }
    widest = Math.max(widest, columns.length);
    becomes.set(label, columns[column - 1]);
  }
  if (widest < column) {
    throw fault({ file: path }, `no line has ${column} columns, the widest has ${widest}.`);
  }
  return { path, becomes };
}

/**
 * Segments with their labels mapped. The time of a dropped label goes to the one before it, or to the one after where
 * it is the first.
 *
 * @param path  where the segments come from, as errors name it.
 * @throws DataError for a label that the map lacks, or when all labels are dropped.
 */
export function mapSegments(segments: readonly Segment[], map: PhoneMap, path: string): Segment[] {
  const out: Segment[] = [];
  let firstBegin: number | undefined;
  for (const { begin, end, label } of segments) {
    if (!map.becomes.has(label)) {
      throw fault({ file: path }, `label "${label}" at sample ${begin} is not in ${map.path}.`);
    }
    const becomes = map.becomes.get(label);
    const before = out.at(-1);
    if (becomes !== undefined) {
      out.push({ begin: firstBegin ?? begin, end, label: becomes });
      firstBegin = undefined;
    } else if (before === undefined) {
      firstBegin ??= begin;
    } else {
      out[out.length - 1] = { ...before, end };
    }
  }
  if (out.length === 0)
    throw fault({ file: path }, `${map.path} drops all ${segments.length} labels.`);
  return out;
}
