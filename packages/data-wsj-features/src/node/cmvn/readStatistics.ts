import { fault } from '../../bytes/fault';
import { cmvnFault, type CmvnKind } from '../../cmvn/cmvn';
import type { Matrix } from '../../matrix';
import type { ReadOptions } from '../scp/targetReader';
import { readEntries } from '../tables/readEntries';

/** Statistics for normalization: of each speaker, or one for all. */
export interface CmvnStatistics {
  /** The statistics of a speaker; undefined where there are none. */
  of(speaker: string): Matrix | undefined;
  /** Whether they are the same for everybody, so that nobody needs a speaker. */
  readonly global: boolean;
}

/**
 * Reads statistics from an scp or archive of one matrix a speaker, or a file with one matrix for all.
 *
 * @param columns  of the features that they are to normalize.
 * @throws DataError when a speaker stands twice, or a matrix cannot normalize such features.
 */
export async function readCmvnStatistics(
  path: string,
  columns: number,
  kind: CmvnKind,
  options: ReadOptions = {},
): Promise<CmvnStatistics> {
  const bySpeaker = new Map<string, Matrix>();
  for await (const { key, matrix } of readEntries(path, {
    ...options,
    kind: 'matrix',
    text: 'float64',
  })) {
    if (bySpeaker.has(key)) throw fault({ file: path, key }, 'the key stands twice.');
    const wrong = cmvnFault(matrix, columns, kind);
    if (wrong !== undefined) throw fault({ file: path, key }, `the statistics ${wrong}.`);
    bySpeaker.set(key, matrix);
  }
  const global = bySpeaker.get('');
  return global === undefined
    ? { of: (speaker) => bySpeaker.get(speaker), global: false }
    : { of: () => global, global: true };
}
