import { withYoungerSettings } from '@bnrnn/experiments';
import type { Run } from '@bnrnn/reporting';
import { readRun } from '@bnrnn/reporting/node';

/**
 * Reads a run folder to stand beside others, whatever version wrote them: settings that are younger than the run are
 * there as it had them.
 *
 * @throws DataError as `readRun` does.
 */
export async function readRecord(folder: string): Promise<Run> {
  const run = await readRun(folder);
  return { ...run, config: withYoungerSettings(run.config) };
}
