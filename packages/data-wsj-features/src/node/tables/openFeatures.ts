import type { BadUtteranceRule } from '@bnrnn/core';
import { fault } from '../../bytes/fault';
import type { DroppedUtterance } from '../../directory/dropped';
import type { FeatureTable } from '../../features';
import type { Matrix } from '../../matrix';
import { TargetReader, type ReadOptions } from '../scp/targetReader';
import { asDropped, badOr, badUtterancesError, type BadUtterance } from './badUtterances';
import { indexFeatures } from './featureIndex';
import { describeNotFinite, firstNotFinite } from './notFinite';
import { parseSpecification } from './specification';

export interface OpenFeaturesOptions extends ReadOptions {
  /** Frame counts that should be right (`utt2num_frames`); the headers are compared with them. */
  readonly frames?: ReadonlyMap<string, number>;
  /**
   * `refuse` (default): the error names all utterances whose header is malformed, has other columns than most, or other
   * frames than `frames` says; values are looked at when they are read. `drop`: every value is read once now, and
   * utterances with such a header or with values that are not finite are left out.
   */
  readonly badUtterances?: BadUtteranceRule;
  /** With `drop`: whether every value is read now; default true. Otherwise only headers are looked at. */
  readonly readValues?: boolean;
}

/** Features, opened. */
export interface OpenedFeatures extends FeatureTable {
  /** Utterances that are left out, and why. */
  readonly dropped: readonly DroppedUtterance[];
}

/** Utterances that are read at the same time to look at their values. */
const atOnce = 8;

/**
 * Opens the features of a list or an archive for random access.
 *
 * Opening reads the list and a few bytes an utterance, its header; of a text or gzipped archive everything once. Reading
 * one utterance of a binary archive is one read at its offset. A gzipped archive is unpacked from its start wherever an
 * earlier utterance follows a later one, so unpack what is read in any order.
 *
 * @param spec  as for `readEntries`.
 * @returns a table whose `read` throws DataError for values that are not finite, for other sizes than the table
 *   states, and for anything malformed.
 * @throws DataError when a key stands twice, an archive is missing, or utterances are bad (all of them, with `drop`).
 */
export async function openFeatures(
  spec: string,
  options: OpenFeaturesOptions = {},
): Promise<OpenedFeatures> {
  const specification = await parseSpecification(spec);
  const { path } = specification;
  const { badUtterances = 'refuse', readValues = true } = options;
  // The archive of an archive is where it says.
  const reader = new TargetReader(path, specification.kind === 'scp' ? options : {});
  try {
    const { utterances, columns, bad } = await indexFeatures(specification, reader, options.frames);
    const all = utterances.keys.length;
    if (bad.length > 0 && (badUtterances === 'refuse' || bad.length === all)) {
      throw badUtterancesError(path, bad, all);
    }
    const left = new Set(bad.map(({ key }) => key));
    const find = (key: string): number => {
      const position = left.has(key) ? undefined : utterances.find(key);
      if (position !== undefined) return position;
      throw fault({ file: path, key }, 'there are no features for this utterance.');
    };
    const table: FeatureTable = {
      keys: utterances.keys.filter((key) => !left.has(key)),
      columns,
      frames: (key) => utterances.frames[find(key)] ?? 0,
      async read(key) {
        const position = find(key);
        const line = utterances.line(position);
        const frames = utterances.frames[position] ?? 0;
        const span = utterances.spans[position];
        const entry = await reader.read(line, { kind: 'matrix' }, span);
        const matrix = entry.kind === 'matrix' ? entry.matrix : noMatrix;
        if (matrix.rows !== frames || (matrix.columns !== columns && frames > 0)) {
          throw fault(
            { file: path, key },
            `the archive holds ${matrix.rows} frames of ${matrix.columns} values, expected ${frames} of ${columns} as when it was opened.`,
          );
        }
        const data =
          matrix.data instanceof Float32Array ? matrix.data : Float32Array.from(matrix.data);
        if (firstNotFinite(data) === -1) return { rows: frames, columns, data };
        throw fault(await reader.placeOf(line), describeNotFinite(data, columns), {
          hint: badHint,
        });
      },
      close: () => reader.close(),
    };
    const unreadable = badUtterances === 'drop' && readValues ? await readAllOnce(table) : [];
    for (const { key } of unreadable) left.add(key);
    const dropped = [...bad, ...unreadable];
    if (left.size === all) throw badUtterancesError(path, dropped, all);
    const keys = table.keys.filter((key) => !left.has(key));
    return { ...table, keys, dropped: asDropped(dropped) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

const noMatrix: Matrix = { rows: 0, columns: 0, data: new Float32Array(0) };
const badHint =
  'Leave such utterances out: --bad-utterances drop (in a program, badUtterances: "drop"). "bnrnn features inspect --values" lists them.';

/** The utterances that cannot be read, or hold values that are not finite. */
async function readAllOnce(table: FeatureTable): Promise<BadUtterance[]> {
  const { keys } = table;
  const bad: BadUtterance[] = [];
  for (let i = 0; i < keys.length; i += atOnce) {
    const group = keys.slice(i, i + atOnce);
    const read = await Promise.all(group.map((key) => badOr(key, table.read(key))));
    for (const result of read) if ('bad' in result) bad.push(result.bad);
  }
  return bad;
}
