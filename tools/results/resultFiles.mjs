import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  claimsTable,
  comparisonTable,
  curveKindsOf,
  curvesSvg,
  judgeClaims,
  paperClaims,
} from '../../packages/reporting/dist/index.js';
import { formatPage } from '../writePage.mjs';
import { fillTables } from './fillTables.mjs';
import { rankOf } from './rows.mjs';

/** README.md and the pages below `docs` that have tables of runs, with the texts that they should have. */
export async function filledPages(root, runs) {
  const pages = [join(root, 'README.md'), ...pagesBelow(join(root, 'docs'))];
  const filled = pages.map(async (file) => {
    const text = readFileSync(file, 'utf8');
    const changed = fillTables(relative(root, file), text, runs);
    return changed === text ? [] : [{ file, text: await formatPage(file, changed) }];
  });
  return (await Promise.all(filled)).flat();
}

function pagesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The folders whose runs are compared in `table.md`; where nothing is said, all runs in the folder are. */
const compared = {
  'first-200-steps': {},
  'ptb-medium': {},
  'ptb-small': {
    presets: ['ptb-small', 'ptb-small-bn', 'ptb-small-bn-sum', 'ptb-small-bn-hidden'],
  },
  'ptb-small/others': {
    page: 'ptb-small',
    presets: ['ptb-small', 'ptb-small-bn', 'ptb-small-cooijmans', 'ptb-small-layer'],
    seed: 1,
  },
  'ptb-small/paper-text': {},
  'timit/quarter': {},
  'timit/rate-1e-3': {},
  'timit/rate-2e-3': {},
};

/** `table.md` with its curves, and `claims.md`, as `report` and `claims` print them. */
export function printedFiles(root, runs) {
  const results = join(root, 'docs', 'results');
  const tables = Object.entries(compared).map(([folder, { page = folder, presets, seed }]) => {
    const own = runs
      .filter(
        ({ page: lies, config }) =>
          lies === page &&
          (presets === undefined || presets.includes(config.preset)) &&
          (seed === undefined || config.seed === seed),
      )
      .sort((a, b) => rankOf(a.config) - rankOf(b.config) || a.config.seed - b.config.seed);
    return {
      file: join(results, folder, 'table.md'),
      text: `${comparisonTable(own, 'markdown').trimEnd()}\n`,
      curves: () => writeCurves(join(results, folder), own),
    };
  });
  const pages = [...new Set(runs.map(({ page }) => page))];
  const claims = pages
    .map((page) => ({ page, file: join(results, page, 'claims.md') }))
    .filter(({ file }) => existsSync(file))
    .map(({ page, file }) => {
      const below = runs.filter(({ page: lies }) => lies === page || lies.startsWith(`${page}/`));
      const table = claimsTable(judgeClaims(paperClaims, below), 'markdown');
      return { file, text: `${table.trimEnd()}\n` };
    });
  return [...tables, ...claims];
}

async function writeCurves(folder, runs) {
  for (const kind of curveKindsOf(runs[0].config.unit)) {
    writeFileSync(join(folder, `${kind}.svg`), await curvesSvg(runs, kind));
  }
}
