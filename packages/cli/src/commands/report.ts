import { join } from 'node:path';
import { comparisonTable, curveKindsOf, curvesSvg } from '@bnrnn/reporting';
import type { Command } from 'commander';
import { linesOf, type Io } from '../io';
import {
  addStrategyFlag,
  expectSameStrategy,
  readStrategy,
  type StrategyFlags,
} from '../ownStrategy';
import { readRecord } from '../readRecord';
import { readConfig, runFiles, writeContent } from '../runFolder';
import { writeReport } from '../train/writeReport';

interface ReportFlags extends StrategyFlags {
  readonly markdown?: boolean;
  readonly latex?: boolean;
  readonly curves?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `report RUN...`: runs side by side, as a page and as a table. */
export function addReport(program: Command, io: Io): void {
  const command = program
    .command('report')
    .description('compare runs: one self-contained HTML page and a table')
    .argument('<run...>', 'run folders of one corpus');
  addStrategyFlag(command)
    .option('--out <file>', 'the page (default: report.html in the run, or here for several)')
    .option('--markdown', 'print the tables as Markdown, write no page')
    .option('--latex', 'print the tables as LaTeX (booktabs), write no page')
    .option(
      '--curves <folder>',
      'also write the curves there: training.svg, validation.svg, of frames error.svg',
    )
    .option('--json', 'one JSON object as the last line')
    .action((folders: string[], flags: ReportFlags) => runReport(io, folders, flags));
}

async function runReport(io: Io, folders: readonly string[], flags: ReportFlags): Promise<void> {
  if (flags.strategy !== undefined) {
    const own = await readStrategy(flags);
    for (const folder of folders) expectSameStrategy(readConfig(folder), own);
  }
  const runs = await Promise.all(folders.map(readRecord));
  const formats: ('markdown' | 'latex')[] = [];
  if (flags.markdown === true) formats.push('markdown');
  if (flags.latex === true) formats.push('latex');
  const tables = (formats.length === 0 ? (['text'] as const) : formats).map((format) =>
    comparisonTable(runs, format),
  );
  for (const line of tables.flatMap(linesOf)) io.out(line);

  if (flags.curves !== undefined) {
    for (const kind of curveKindsOf(runs[0]?.config.unit ?? 'word')) {
      await writeContent(flags.curves, `${kind}.svg`, await curvesSvg(runs, kind));
    }
  }

  const [only] = folders;
  const byDefault =
    folders.length === 1 && only !== undefined ? join(only, runFiles.report) : runFiles.report;
  const page = flags.out ?? (formats.length === 0 ? byDefault : undefined);
  if (page !== undefined) {
    await writeReport(runs, page);
    io.out(`report: ${page}`);
  }
  if (flags.json === true) io.out(JSON.stringify({ runs: folders, report: page ?? null }));
}
