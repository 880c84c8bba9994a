import { compareRuns } from '../compare/compareRuns';
import type { Run } from '../run/run';
import { comparisonTables } from '../table/comparisonTables';
import { htmlTable } from '../table/htmlTable';
import { corpusSection } from './corpusSection';
import { curvesSection } from './curvesSection';
import { markup, trusted } from './markup';
import { reproduceSection } from './reproduceSection';
import { settingsSection } from './settingsSection';
import { styles } from './styles';
import { reportTitle, summarySection } from './summarySection';
import { warningsSection } from './warningsSection';

/**
 * The runs as one HTML page that needs nothing else: measured differences, curves, tables, every
 * setting with its source, the corpus by its hashes, the commands. No scripts, nothing loaded from
 * elsewhere; follows the reader's light or dark setting and prints. The same runs give the same bytes.
 *
 * @throws UsageError when the runs are of different corpora (SHA-256) or units, or none.
 */
export async function htmlReport(runs: readonly Run[]): Promise<string> {
  const comparison = compareRuns(runs);
  const curves = await curvesSection(comparison);
  const tables = comparisonTables(comparison).map((table) => trusted(htmlTable(table)));
  const sections = [
    summarySection(comparison),
    curves,
    markup`<section>
      <h2>Numbers</h2>
      ${tables}
    </section>`,
    warningsSection(comparison),
    settingsSection(comparison),
    corpusSection(comparison),
    reproduceSection(comparison),
  ].filter((section) => section !== undefined);
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${reportTitle(comparison)}</title>
        <style>
          ${trusted(styles)}
        </style>
      </head>
      <body>
        <main>
          ${sections}
          <footer>
            Made by <code>bnrnn report</code> from the runs’ own files: every number on this page
            was read from them.
          </footer>
        </main>
      </body>
    </html>
`.html;
}
