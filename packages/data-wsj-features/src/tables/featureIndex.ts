import { readKey } from '../ark/readKey';
import { startsWithObject } from '../ark/readArchive';
import { readSizes, type MatrixSizes } from '../ark/readSizes';
import { ByteCursor } from '../bytes/byteCursor';
import { fault } from '../bytes/fault';
import { openFile } from '../bytes/openFile';
import type { ScpLine } from '../scp/parseScpLine';
import { readScp } from '../scp/readScp';
import type { TargetReader } from '../scp/targetReader';
import type { Specification } from './specification';
import { UtteranceIndex } from './utteranceIndex';

export interface FeatureIndex {
  /** With frames and spans. */
  readonly utterances: UtteranceIndex;
  readonly columns: number;
}

/** Headers read at the same time. */
const atOnce = 16;
const spanBounds = { least: 256, most: 1 << 20, last: 1 << 16 };

/**
 * Finds the utterances of a list or an archive. Of a list, frame counts come from `known` where it has them,
 * otherwise from the headers in the archives; an archive is walked from header to header.
 *
 * @throws DataError when a key occurs twice, a header is malformed, or there is no utterance at all.
 */
export async function indexFeatures(
  spec: Specification,
  reader: TargetReader,
  known: ReadonlyMap<string, number> = new Map(),
): Promise<FeatureIndex> {
  const utterances = new UtteranceIndex();
  const add = (line: ScpLine): void => {
    const before = utterances.add(line);
    if (before === undefined) return;
    const where = spec.kind === 'scp' ? `on lines ${before.line} and ${line.line}` : 'twice';
    throw fault({ file: spec.path, key: line.key }, `the key stands ${where}.`);
  };
  let columns: number | undefined;
  if (spec.kind === 'scp') {
    for await (const line of readScp(spec.path)) add(line);
    columns = await readHeaders(utterances, reader, known);
  } else {
    for await (const { line, size } of walkArchive(spec.path)) {
      add(line);
      utterances.frames.push(known.get(line.key) ?? size.rows);
      columns ??= size.columns;
    }
  }
  if (columns === undefined) throw fault({ file: spec.path }, 'lists no utterance.');
  utterances.measureSpans(spanBounds);
  return { utterances, columns };
}

/**
 * Sets the frames of each utterance, known or by its header.
 *
 * @returns the columns of the first, whose header is read in any case; undefined when there is none.
 */
async function readHeaders(
  utterances: UtteranceIndex,
  reader: TargetReader,
  known: ReadonlyMap<string, number>,
): Promise<number | undefined> {
  const { keys, frames } = utterances;
  const wanted: number[] = [];
  keys.forEach((key, i) => {
    const count = known.get(key);
    frames.push(count ?? 0);
    if (i === 0 || count === undefined) wanted.push(i);
  });
  let columns: number | undefined;
  for (let i = 0; i < wanted.length; i += atOnce) {
    const group = wanted.slice(i, i + atOnce);
    const read = await Promise.all(
      group.map((position) => reader.sizes(utterances.line(position))),
    );
    columns ??= read[0]?.columns;
    group.forEach((position, j) => {
      frames[position] = known.get(keys[position] ?? '') ?? read[j]?.rows ?? 0;
    });
  }
  return columns;
}

async function* walkArchive(
  path: string,
): AsyncGenerator<{ line: ScpLine; size: MatrixSizes }, void, undefined> {
  const source = await openFile(path);
  try {
    const cursor = new ByteCursor(source);
    if (await startsWithObject(cursor)) {
      throw fault({ file: path, offset: 0 }, 'holds an object without a key, expected an archive.');
    }
    for (let number = 1; ; number++) {
      const key = await readKey(cursor);
      if (key === undefined) return;
      const offset = cursor.position;
      const size = await readSizes(cursor, key);
      const target = { kind: 'file', path, offset, range: undefined } as const;
      yield { line: { key, target, line: number }, size };
    }
  } finally {
    await source.close();
  }
}
