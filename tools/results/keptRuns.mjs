import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { withYoungerSettings } from '../../packages/experiments/dist/index.js';
import { readRun } from '../../packages/reporting/dist/node/index.js';

/**
 * The runs that `docs/results` keeps, each with `page`, the folder that it lies in, from there and with
 * slashes. Settings that are younger than a run are there as it had them.
 */
export async function keptRuns(results) {
  const folders = runFolders(results);
  return Promise.all(
    folders.map(async (folder) => {
      const run = await readRun(folder);
      const page = relative(results, join(folder, '..')).split(sep).join('/');
      return { ...run, page, config: withYoungerSettings(run.config) };
    }),
  );
}

function runFolders(folder) {
  if (existsSync(join(folder, 'config.json'))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => runFolders(join(folder, entry.name)));
}
