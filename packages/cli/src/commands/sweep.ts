import { join } from 'node:path';
import { UsageError } from '@bnrnn/core';
import {
  drawPoints,
  findPreset,
  gridOf,
  readAxis,
  readSeeds,
  type Axis,
  type Override,
} from '@bnrnn/experiments';
import { sweepTable, type SweepPoint } from '@bnrnn/reporting';
import { Option, type Command } from 'commander';
import { gather, wholeFlag } from '../flags';
import { linesOf, type Io } from '../io';
import { readStrategy } from '../ownStrategy';
import { executePlan, type ExecutedPlan } from '../plan/executePlan';
import { addPlanFlags, type PlanFlags } from '../plan/planFlags';
import type { PlanEntry } from '../plan/runPlan';
import { writeContent } from '../runFolder';

interface SweepFlags extends PlanFlags {
  readonly set?: readonly string[];
  readonly draws?: number;
  readonly drawSeed: number;
}

/** `sweep PRESET...`: a grid or a random search over settings, each point with each seed. */
export function addSweep(program: Command, io: Io): void {
  const command = program
    .command('sweep')
    .description('train every combination of settings, or drawn ones, and tabulate')
    .argument('<preset...>', 'rows of the tables; all get the same points and seeds')
    .addOption(
      new Option(
        '--set <path=values>',
        'path=a,b,c, or with --draws path=log(from,to) or path=uniform(from,to); may be repeated',
      ).argParser(gather),
    )
    .addOption(
      new Option('--draws <n>', 'random search: so many points').argParser(wholeFlag('--draws', 1)),
    )
    .addOption(
      new Option('--draw-seed <n>', 'of the random search')
        .argParser(wholeFlag('--draw-seed', 0))
        .default(1),
    );
  addPlanFlags(command, 'runs/sweep').action((presets: string[], flags: SweepFlags) =>
    runSweep(io, presets, flags),
  );
}

async function runSweep(io: Io, presets: readonly string[], flags: SweepFlags): Promise<void> {
  const own = await readStrategy(flags);
  const ownKinds = own.strategies.map(({ kind }) => kind);
  const axes = (flags.set ?? []).map((assignment) => readAxis(assignment, ownKinds));
  expectDistinct(presets, axes);
  const points =
    flags.draws === undefined ? gridOf(axes) : drawPoints(axes, flags.draws, flags.drawSeed);
  const seeds = readSeeds(flags.seeds);
  presets.forEach((preset) => findPreset(preset));
  const out = flags.out ?? join('runs', 'sweep');
  const cells = points.flatMap((overrides) => presets.map((preset) => ({ preset, overrides })));
  // All points of a seed before the next seed, so that what a budget leaves is whole pairs.
  const executed = await executePlan(io, {
    variants: seeds.flatMap((seed) =>
      cells.map(({ preset, overrides }) => ({ preset, overrides, seed })),
    ),
    flags,
    own,
    out,
  });
  const paths = axes.map(({ path }) => path);
  const entriesOf = cells.map((_, k) =>
    seeds.map((_, s) => executed.entries[s * cells.length + k] as PlanEntry),
  );
  const rows = cells.map((cell, k) => pointOf(cell, entriesOf[k] ?? []));
  const files = { text: 'txt', markdown: 'md', latex: 'tex', html: 'html', csv: 'csv' } as const;
  for (const [format, extension] of Object.entries(files) as [keyof typeof files, string][]) {
    const table = sweepTable(rows, paths, executed.unit, format);
    await writeContent(out, `table.${extension}`, table);
    if (format === 'text') for (const line of linesOf(table)) io.out(line);
  }
  io.out(`tables: ${join(out, 'table.md')} (also .tex, .html, .csv, .txt)`);
  if (flags.json === true) io.out(JSON.stringify(sweepJson(out, executed, entriesOf.flat())));
  executed.expectDone();
}

function expectDistinct(presets: readonly string[], axes: readonly Axis[]): void {
  const names = [...presets, ...axes.map(({ path }) => path)];
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice === undefined) return;
  throw new UsageError(`sweep: ${twice} is named twice.`, {
    hint: 'Name each preset and each setting once, with all its values.',
  });
}

function pointOf(
  { preset, overrides }: { preset: string; overrides: readonly Override[] },
  entries: readonly PlanEntry[],
): SweepPoint {
  return {
    preset,
    values: overrides.map(({ value }) => value),
    runs: entries.flatMap(({ run }) => (run === undefined ? [] : [run])),
    planned: entries.length,
    ended: entries.filter(({ state }) => state === 'evaluated' || state === 'diverged').length,
  };
}

function sweepJson(
  out: string,
  { stopped, secondsLeft }: ExecutedPlan,
  entries: readonly PlanEntry[],
) {
  return {
    out,
    stopped,
    secondsLeft,
    runs: entries.map(({ planned, folder, state, run, failure }) => ({
      runFolder: folder,
      preset: planned.preset,
      recipe: planned.recipe,
      seed: planned.seed,
      settings: Object.fromEntries(planned.overrides.map(({ path, value }) => [path, value])),
      state,
      ...(failure !== undefined && { failure }),
      ...(run?.result !== undefined && { result: run.result }),
    })),
  };
}
