import { htmlReport, type Run } from '@bnrnn/reporting';
import { basename, dirname } from 'node:path';
import { writeContent } from '../runFolder';

/**
 * Writes the HTML report of some runs.
 *
 * @throws UsageError when the runs are of different corpora; DataError when it cannot be written.
 */
export async function writeReport(runs: readonly Run[], file: string): Promise<void> {
  await writeContent(dirname(file), basename(file), await htmlReport(runs));
}
