import { fault } from '../bytes/fault';
import type { FeatureTable } from '../features';
import type { Matrix } from '../matrix';
import { TargetReader, type ReadOptions } from '../scp/targetReader';
import { indexFeatures } from './featureIndex';
import { parseSpecification } from './specification';

export interface OpenFeaturesOptions extends ReadOptions {
  /** Frame counts that are known already (`utt2num_frames`); others are read from the headers. */
  readonly frames?: ReadonlyMap<string, number>;
}

/**
 * Opens the features of a list or an archive for random access.
 *
 * Opening reads the list and, where counts are not known, a few bytes an utterance; of a text or gzipped archive
 * everything once. Reading one utterance of a binary archive is one read at its offset. A gzipped archive is
 * unpacked from its start wherever an earlier utterance follows a later one, so unpack what is read in any order.
 *
 * @param spec  as for `readEntries`.
 * @returns a table whose `read` throws DataError for values that are not finite, for other sizes than the table
 *   states, and for anything malformed.
 * @throws DataError when a key stands twice, an archive is missing or a header malformed.
 */
export async function openFeatures(
  spec: string,
  options: OpenFeaturesOptions = {},
): Promise<FeatureTable> {
  const specification = await parseSpecification(spec);
  const { path } = specification;
  // The archive of an archive is where it says.
  const reader = new TargetReader(path, specification.kind === 'scp' ? options : {});
  try {
    const { utterances, columns } = await indexFeatures(specification, reader, options.frames);
    const find = (key: string): number => {
      const position = utterances.find(key);
      if (position !== undefined) return position;
      throw fault({ file: path, key }, 'there are no features for this utterance.');
    };
    return {
      keys: utterances.keys,
      columns,
      frames: (key) => utterances.frames[find(key)] ?? 0,
      async read(key) {
        const position = find(key);
        const line = utterances.line(position);
        const frames = utterances.frames[position] ?? 0;
        const span = utterances.spans[position];
        const entry = await reader.read(line, { kind: 'matrix' }, span);
        const matrix = entry.kind === 'matrix' ? entry.matrix : noMatrix;
        if (matrix.rows !== frames || matrix.columns !== columns) {
          throw fault(
            { file: path, key },
            `the archive holds ${matrix.rows} frames of ${matrix.columns} values, expected ${frames} of ${columns}.`,
            {
              hint: 'Is utt2num_frames of these features, and were all made with the same settings?',
            },
          );
        }
        const data =
          matrix.data instanceof Float32Array ? matrix.data : Float32Array.from(matrix.data);
        const bad = firstNotFinite(data);
        if (bad === -1) return { rows: frames, columns, data };
        const where = `frame ${Math.floor(bad / columns)}, column ${bad % columns}`;
        const place = await reader.placeOf(line);
        throw fault(place, `the features hold ${data[bad] ?? NaN} at ${where}, counted from 0.`);
      },
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

const noMatrix: Matrix = { rows: 0, columns: 0, data: new Float32Array(0) };

/** A plain loop: every value that is trained on passes here. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
