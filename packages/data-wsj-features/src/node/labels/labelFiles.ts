import { parsePhoneMap, type PhoneMap } from '../../labels/phoneMap';
import { parsePhoneTable, type PhoneTable } from '../../labels/phoneTable';
import { parseSegments } from '../../labels/parseSegments';
import type { Segment } from '../../labels/segment';
import { parseFile } from '../bytes/parseFile';

/** `parseSegments` of a file, e.g. TIMIT's `.phn`. @throws DataError when it cannot be read, and as that does. */
export function readSegments(path: string): Promise<Segment[]> {
  return parseFile(path, parseSegments);
}

/** `parsePhoneTable` of a file, e.g. `phones.txt`. @throws DataError when it cannot be read, and as that does. */
export function readPhoneTable(path: string): Promise<PhoneTable> {
  return parseFile(path, parsePhoneTable);
}

/** `parsePhoneMap` of a file, e.g. `phones.60-48-39.map`. @throws DataError when it cannot be read, and as that does. */
export function readPhoneMap(path: string, column: number): Promise<PhoneMap> {
  return parseFile(path, (source) => parsePhoneMap(source, column));
}
