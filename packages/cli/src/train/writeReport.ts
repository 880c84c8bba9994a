import { htmlReport } from '@bnrnn/reporting';
import { readRun } from '@bnrnn/reporting/node';
import { basename, dirname } from 'node:path';
import { writeText } from '../runFolder';

/**
 * Writes the HTML report of some runs.
 *
 * @throws UsageError when the runs are of different corpora; DataError when one cannot be read.
 */
export async function writeReport(folders: readonly string[], file: string): Promise<void> {
  const runs = await Promise.all(folders.map((folder) => readRun(folder)));
  writeText(dirname(file), basename(file), await htmlReport(runs));
}
