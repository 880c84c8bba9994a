import { expectOneOf, type Setting } from '@bnrnn/core';
import {
  findRecipe,
  parameterCount,
  presets,
  resolveSettings,
  type Preset,
  type RecipeOf,
  type TaskName,
} from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import type { Io } from '../io';
import type { RunTask } from '../tasks/runTask';
import { runTasks } from '../tasks/runTasks';
import { textColumns } from '../textColumns';

/** `presets`: rows of the paper's tables and their recipes, with sources. */
export function addPresets(program: Command, io: Io): void {
  program
    .command('presets')
    .description("rows of the paper's tables and their recipes, with sources")
    .addOption(
      new Option('--recipe <name>', 'the recipe whose numbers are shown').default('authors-code'),
    )
    .option('--json', 'one JSON object as the last line')
    .action((options: { recipe: string; json?: boolean }) => {
      const all = Object.values(runTasks);
      const names = all.flatMap(({ task }) => task.recipes.map(({ name }) => name));
      const asked = expectOneOf('--recipe', options.recipe, [...new Set(names)]);
      const tables = all.map((own) => tableOf(own, asked));
      const rows = tables.flatMap((one) => one.rows);
      if (options.json === true) {
        io.out(JSON.stringify({ recipe: asked, presets: rows }));
        return;
      }
      for (const line of tables.flatMap(({ lines }) => [...lines, ''])) io.out(line);
      io.out(
        'Numbers carry their source: t text, c code, l lua, f tf, p figure of the paper, r recalled, o our own choice.',
      );
    });
}

const sourceLetters = {
  text: 't',
  code: 'c',
  lua: 'l',
  tf: 'f',
  figure: 'p',
  recalled: 'r',
  chosen: 'o',
  user: 'u',
} as const;

interface Row {
  readonly name: string;
  readonly title: string;
  readonly baseline: string | null;
  readonly recipe: string;
  readonly parameters: number;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** The presets of a task under a recipe; of a task that has no such recipe under its first. */
function tableOf(own: RunTask, asked: string) {
  const { task } = own;
  const { recipes } = task;
  const has = recipes.some(({ name }) => name === asked);
  const recipe = findRecipe(task, has ? asked : undefined);
  const rows = presets
    .filter((preset) => preset.task === task.name)
    .map((preset) => rowOf(own, preset, recipe));
  return {
    rows,
    lines: [
      ...recipes.map(({ name, title }) => {
        const mark = name === recipe.name && recipes.length > 1 ? ' (shown)' : '';
        return `${task.model}s, recipe ${name}: ${title}${mark}`;
      }),
      '',
      ...table(rows, own.columns),
    ],
  };
}

function rowOf(own: RunTask, preset: Preset, recipe: RecipeOf<TaskName>): Row {
  const settings = resolveSettings(own.task, preset, recipe);
  const { name, title, baseline = null } = preset;
  const parameters = parameterCount(own.paperModel(settings));
  return { name, title, baseline, recipe: recipe.name, parameters, settings };
}

function table(rows: readonly Row[], columns: RunTask['columns']): string[] {
  const header = ['preset', 'parameters', ...columns.map(([name]) => name), 'row'];
  const body = rows.map(({ name, parameters, settings, title }) => [
    name,
    parameters.toLocaleString('en-US'),
    ...columns.map(([, path]) => {
      const setting = settings[path];
      return setting === undefined ? '' : `${setting.value}${sourceLetters[setting.source]}`;
    }),
    title,
  ]);
  return textColumns([header, ...body]);
}
