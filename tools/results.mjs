/**
 * The tables of the pages that stand for kept runs, made of the runs themselves:
 *
 *     node tools/results.mjs [--check] [--root DIR]
 *
 * Every run folder below `docs/results` is read; `tools/keepRun.mjs` puts them there. Tables between
 * `<!-- runs: ... -->` and `<!-- end of runs -->` are filled on every page below `docs` and in README.md.
 * `table.md` and its curves are what `report` prints, `claims.md` is what `claims` prints. `--check`
 * changes nothing and fails where a file would change. It needs the built packages: `npm run build`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { keptRuns } from './results/keptRuns.mjs';
import { filledPages, printedFiles } from './results/resultFiles.mjs';
import { root as ownRoot } from './peers/machine.mjs';

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: ownRoot },
  },
});
const { root, check } = flags;

const runs = await keptRuns(join(root, 'docs', 'results'));
const files = [...(await filledPages(root, runs)), ...printedFiles(root, runs)];
const stale = files.filter(
  ({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text,
);
for (const { file, text, curves } of stale) {
  process.stdout.write(`${check ? 'differs' : 'written'}: ${relative(root, file)}\n`);
  if (check) continue;
  writeFileSync(file, text);
  await curves?.();
}
process.stdout.write(`${runs.length} kept runs, ${files.length} files, ${stale.length} changed\n`);
if (check && stale.length > 0) {
  process.stderr.write('Numbers differ from the kept runs. Run: node tools/results.mjs\n');
  process.exitCode = 1;
}
