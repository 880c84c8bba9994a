import { DataError, UsageError } from '@bnrnn/core';
import { mapSegments, type PhoneMap } from '../../labels/phoneMap';
import { phoneTable, type PhoneTable } from '../../labels/phoneTable';
import { readSegments } from '../labels/labelFiles';
import type { Segment } from '../../labels/segment';
import type { Recording } from './recording';

/** The labels of a recording, mapped where a map is given. */
export async function readLabels(path: string, map: PhoneMap | undefined): Promise<Segment[]> {
  const segments = await readSegments(path);
  return map === undefined ? segments : mapSegments(segments, map, path);
}

/**
 * The phones that number the labels: those given, otherwise all that the label files hold, in the order of their bytes.
 * Undefined when the recordings have no labels. Files that cannot be read are passed over here.
 *
 * @throws UsageError when some recordings have labels and others none.
 */
export async function findPhones(
  recordings: readonly Recording[],
  map: PhoneMap | undefined,
  given: PhoneTable | undefined,
): Promise<PhoneTable | undefined> {
  const labelled = recordings.filter(({ labels }) => labels !== undefined);
  if (labelled.length === 0) return undefined;
  const without = recordings.find(({ labels }) => labels === undefined);
  if (without !== undefined) {
    throw new UsageError(
      `extract: ${labelled.length} of ${recordings.length} recordings have labels, ${without.utterance} has none; expected all or none.`,
    );
  }
  if (given !== undefined) return given;
  const symbols = new Set<string>();
  for (const { labels = '' } of labelled) {
    try {
      for (const { label } of await readLabels(labels, map)) symbols.add(label);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  return phoneTable(symbols);
}
