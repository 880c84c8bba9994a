import { readKey } from '../../ark/readKey';
import { startsWithObject } from '../../ark/parseEntries';
import { readSizes, type MatrixSizes } from '../../ark/readSizes';
import { ByteCursor } from '../../bytes/byteCursor';
import { fault } from '../../bytes/fault';
import { openFile } from '../bytes/openFile';
import type { ScpLine } from '../scp/parseScpLine';
import { readScp } from '../scp/readScp';
import type { TargetReader } from '../scp/targetReader';
import { badOr, type BadUtterance } from './badUtterances';
import type { Specification } from './specification';
import { UtteranceIndex } from './utteranceIndex';

export interface FeatureIndex {
  /** With frames and spans. */
  readonly utterances: UtteranceIndex;
  /** Of most utterances. */
  readonly columns: number;
  /** Utterances whose header is malformed, has other columns than most, or other frames than are known. */
  readonly bad: readonly BadUtterance[];
}

/** Headers read at the same time. */
const atOnce = 16;
const spanBounds = { least: 256, most: 1 << 20, last: 1 << 16 };

/**
 * Finds the utterances of a list or an archive and reads the header of each; an archive is walked from header to header.
 * Where a list names commands, one whose frame count is known is not run for its header.
 *
 * @param known  frame counts to compare with.
 * @throws DataError when a key occurs twice, a header of an archive itself is malformed, or there is no utterance at all.
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
  /** By position; undefined for a command that was not run. */
  const headers: (MatrixSizes | undefined)[] = [];
  const bad: BadUtterance[] = [];
  if (spec.kind === 'scp') {
    for await (const line of readScp(spec.path)) add(line);
    bad.push(...(await readHeaders(utterances, reader, { known, headers })));
  } else {
    for await (const { line, size } of walkArchive(spec.path)) {
      add(line);
      headers.push(size);
    }
  }
  const { keys } = utterances;
  if (keys.length === 0) throw fault({ file: spec.path }, 'lists no utterance.');
  keys.forEach((key, i) => utterances.frames.push(headers[i]?.rows ?? known.get(key) ?? 0));
  const columns = commonest(headers.flatMap((size) => size?.columns ?? []));
  const failed = new Set(bad.map(({ key }) => key));
  keys.forEach((key, i) => {
    const size = headers[i];
    if (size === undefined || failed.has(key)) return;
    const problem = headerProblem(size, columns, known.get(key));
    if (problem !== undefined) bad.push({ key, error: fault({ file: spec.path, key }, problem) });
  });
  utterances.measureSpans(spanBounds);
  return { utterances, columns, bad };
}

function headerProblem(
  { rows, columns: own }: MatrixSizes,
  columns: number,
  known: number | undefined,
): string | undefined {
  // A matrix without frames has no columns either.
  if (own !== columns && rows > 0) {
    return `the features have ${own} values a frame, those of most utterances ${columns}.`;
  }
  if (known === undefined || known === rows) return undefined;
  return `the archive holds ${rows} frames, utt2num_frames says ${known}.`;
}

/** The value that occurs most often, the first of several; 0 where there is none. */
function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most = values[0] ?? 0;
  for (const [value, count] of counts) if (count > (counts.get(most) ?? 0)) most = value;
  return most;
}

/** Reads the headers into `headers`, by position. @returns those that cannot be read. */
async function readHeaders(
  utterances: UtteranceIndex,
  reader: TargetReader,
  { known, headers }: { known: ReadonlyMap<string, number>; headers: (MatrixSizes | undefined)[] },
): Promise<BadUtterance[]> {
  const bad: BadUtterance[] = [];
  const { keys } = utterances;
  // The first command is run for the columns.
  const isWanted = (i: number): boolean =>
    i === 0 || utterances.line(i).target.kind === 'file' || !known.has(keys[i] ?? '');
  const wanted = keys.map((_, i) => i).filter(isWanted);
  for (let i = 0; i < wanted.length; i += atOnce) {
    const group = wanted.slice(i, i + atOnce);
    const read = await Promise.all(
      group.map((at) => badOr(keys[at] ?? '', reader.sizes(utterances.line(at)))),
    );
    read.forEach((result, j) => {
      if ('bad' in result) bad.push(result.bad);
      else headers[group[j] ?? 0] = result.value;
    });
  }
  return bad;
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
