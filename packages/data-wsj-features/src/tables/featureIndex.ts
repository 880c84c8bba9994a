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

/** Where the features of an utterance are, and how many frames they have. */
interface IndexedUtterance {
  readonly line: ScpLine;
  readonly frames: number;
  /** About how many bytes to read at first. */
  readonly span: number;
}

export interface FeatureIndex {
  readonly utterances: ReadonlyMap<string, IndexedUtterance>;
  readonly columns: number;
}

/** Headers read at the same time. */
const atOnce = 16;
const leastSpan = 256;
const mostSpan = 1 << 20;

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
  const lines = new Map<string, ScpLine>();
  const sizes = new Map<string, MatrixSizes>();
  const add = (line: ScpLine): void => {
    const before = lines.get(line.key);
    if (before !== undefined) {
      const where = spec.kind === 'scp' ? `on lines ${before.line} and ${line.line}` : 'twice';
      throw fault({ file: spec.path, key: line.key }, `the key stands ${where}.`);
    }
    lines.set(line.key, line);
  };
  if (spec.kind === 'scp') {
    for await (const line of readScp(spec.path)) add(line);
    await readHeaders([...lines.values()], reader, known, sizes);
  } else {
    for await (const { line, size } of walkArchive(spec.path)) {
      add(line);
      sizes.set(line.key, size);
    }
  }

  const columns = sizes.values().next().value?.columns;
  if (columns === undefined) throw fault({ file: spec.path }, 'lists no utterance.');
  const spans = spansOf([...lines.values()]);
  const utterances = new Map<string, IndexedUtterance>();
  for (const [key, line] of lines) {
    const frames = known.get(key) ?? sizes.get(key)?.rows ?? 0;
    utterances.set(key, { line, frames, span: spans.get(line) ?? mostSpan });
  }
  return { utterances, columns };
}

/** Reads the headers of the lines whose frame count nobody knows, and of the first in any case. */
async function readHeaders(
  lines: readonly ScpLine[],
  reader: TargetReader,
  known: ReadonlyMap<string, number>,
  sizes: Map<string, MatrixSizes>,
): Promise<void> {
  const wanted = lines.filter((line, i) => i === 0 || !known.has(line.key));
  for (let i = 0; i < wanted.length; i += atOnce) {
    const group = wanted.slice(i, i + atOnce);
    const read = await Promise.all(group.map((line) => reader.sizes(line)));
    group.forEach((line, j) => {
      const size = read[j];
      if (size !== undefined) sizes.set(line.key, size);
    });
  }
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

/** The distance to the next entry of the same archive: what one read should fetch. */
function spansOf(lines: readonly ScpLine[]): Map<ScpLine, number> {
  const placed = lines.flatMap((line) =>
    line.target.kind === 'file'
      ? [{ line, path: line.target.path, at: line.target.offset ?? 0 }]
      : [],
  );
  placed.sort((a, b) => (a.path === b.path ? a.at - b.at : a.path < b.path ? -1 : 1));
  const spans = new Map<ScpLine, number>();
  placed.forEach(({ line, path, at }, i) => {
    const next = placed[i + 1];
    const distance = next?.path === path ? next.at - at : 1 << 16;
    spans.set(line, Math.min(Math.max(distance, leastSpan), mostSpan));
  });
  return spans;
}
