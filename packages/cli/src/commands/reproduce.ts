import { join } from 'node:path';
import { readSeeds, reproducedRows, type ReproducedRow } from '@bnrnn/experiments';
import {
  reproductionSvg,
  reproductionTable,
  type ReproducedModel,
  type Run,
  type TableFormat,
} from '@bnrnn/reporting';
import { Argument, type Command } from 'commander';
import { linesOf, type Io } from '../io';
import { commandText } from '../provenance';
import { readStrategy } from '../ownStrategy';
import { executePlan, type ExecutedPlan } from '../plan/executePlan';
import { addPlanFlags, sharedArguments, type PlanFlags } from '../plan/planFlags';
import { writeContent } from '../runFolder';
import { svgToPng } from '../svgToPng';

interface ReproduceFlags extends PlanFlags {
  readonly rows?: string;
}

/** `reproduce table1|table2|figures`: the paper's rows, trained and put beside the paper's numbers. */
export function addReproduce(program: Command, io: Io): void {
  const command = program
    .command('reproduce')
    .description('train the rows of a table or the curves of the figures; paper beside ours')
    .addArgument(new Argument('<what>', 'table1, table2 or figures'))
    .option('--rows <list>', 'such as small,medium (table1: wsj; figures: characters,large,wsj)');
  addPlanFlags(command, 'runs/reproduce-WHAT').action((what: string, flags: ReproduceFlags) =>
    runReproduce(io, what, flags),
  );
}

async function runReproduce(io: Io, what: string, flags: ReproduceFlags): Promise<void> {
  const rows = reproducedRows(what, flags.rows);
  const seeds = readSeeds(flags.seeds);
  const out = flags.out ?? join('runs', `reproduce-${what}`);
  // A seed's pair after the other, so that what a budget leaves is whole pairs.
  const variants = seeds.flatMap((seed) =>
    rows.flatMap(({ baseline, treatment }) =>
      [baseline, treatment].map((preset) => ({ preset, seed, overrides: [] })),
    ),
  );
  const own = await readStrategy(flags);
  const executed = await executePlan(io, { variants, flags, own, out });
  const model = modelOf(executed, flags, seeds);
  const files = [
    ...(await writeTables(io, what, rows, executed, model, out)),
    ...(await writeFigures(rows, executed, model, out)),
  ];
  io.out(`written: ${files.map((file) => join(out, file)).join(', ')}`);
  if (flags.json === true) io.out(JSON.stringify(reproduceJson(what, out, files, executed)));
  executed.expectDone();
}

type ModelOf = (preset: string, paper?: ReproducedModel['paper']) => ReproducedModel;

function modelOf(executed: ExecutedPlan, flags: PlanFlags, seeds: readonly number[]): ModelOf {
  const shared = sharedArguments(flags);
  const recipe = flags.recipe === undefined ? [] : ['--recipe', flags.recipe];
  return (preset, paper) => ({
    preset,
    ...(paper !== undefined && { paper }),
    runs: executed.entries.flatMap(({ planned, state, run }): Run[] =>
      planned.preset === preset && run !== undefined && ended.has(state) ? [run] : [],
    ),
    planned: seeds.length,
    command: commandText(['train', preset, ...shared, ...recipe, '--seed', flags.seeds]),
  });
}

const ended: ReadonlySet<string> = new Set(['evaluated', 'diverged']);

async function writeTables(
  io: Io,
  what: string,
  rows: readonly ReproducedRow[],
  { unit }: ExecutedPlan,
  model: ModelOf,
  out: string,
): Promise<string[]> {
  const pairs = rows.map(({ baseline, treatment, paper }) => ({
    baseline: model(baseline, paper?.baseline),
    treatment: model(treatment, paper?.treatment),
  }));
  const title = { table1: 'Table 1', table2: 'Table 2' }[what] ?? 'The figures';
  const formats: Readonly<Record<TableFormat, string>> = {
    text: 'txt',
    markdown: 'md',
    latex: 'tex',
    html: 'html',
    csv: 'csv',
  };
  const names: string[] = [];
  for (const format of Object.keys(formats) as TableFormat[]) {
    const table = reproductionTable(title, unit, pairs, format);
    if (format === 'text') for (const line of linesOf(table)) io.out(line);
    const name = `${what}.${formats[format]}`;
    await writeContent(out, name, table);
    names.push(name);
  }
  return names;
}

async function writeFigures(
  rows: readonly ReproducedRow[],
  { unit }: ExecutedPlan,
  model: ModelOf,
  out: string,
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, baseline, treatment, figure } of rows) {
    if (figure === undefined) continue;
    const arms = { baseline: model(baseline), treatment: model(treatment) };
    for (const split of ['train', 'valid'] as const) {
      const drawn = (['baseline', 'treatment'] as const).map((arm) => ({
        label: arms[arm].preset,
        paper:
          figure.curves.find((curve) => curve.arm === arm && curve.split === split)?.points ?? [],
        runs: arms[arm].runs,
      }));
      if (drawn.every(({ paper, runs }) => paper.length === 0 || runs.length === 0)) continue;
      const file = `${name}-${split === 'train' ? 'training' : 'validation'}`;
      const svg = await reproductionSvg(drawn, { split, unit, measure: figure.measure });
      await writeContent(out, `${file}.svg`, svg);
      await writeContent(out, `${file}.png`, await svgToPng(svg));
      names.push(`${file}.svg`, `${file}.png`);
    }
  }
  return names;
}

function reproduceJson(
  what: string,
  out: string,
  files: readonly string[],
  { entries, stopped, secondsLeft }: ExecutedPlan,
) {
  return {
    what,
    out,
    files,
    stopped,
    secondsLeft,
    runs: entries.map(({ planned: { preset, recipe, seed }, folder, state, failure }) => ({
      runFolder: folder,
      preset,
      recipe,
      seed,
      state,
      ...(failure !== undefined && { failure }),
    })),
  };
}
