import {
  findRecipe,
  modelSpec,
  parameterCount,
  presets,
  recipes,
  resolveSettings,
  settingPaths,
  type Preset,
  type Recipe,
} from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import type { Io } from '../io';
import { textColumns } from '../textColumns';

/** The size of the Penn Treebank's vocabulary, for which parameters are counted. */
const ptbTypes = 10_000;

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
      const recipe = findRecipe(options.recipe);
      const rows = presets.map((preset) => describe(preset, recipe));
      if (options.json === true) {
        io.out(JSON.stringify({ recipe: recipe.name, presets: rows }));
        return;
      }
      for (const { name, title } of recipes) {
        io.out(`recipe ${name}: ${title}${name === recipe.name ? ' (shown)' : ''}`);
      }
      io.out('');
      for (const line of table(rows)) io.out(line);
      io.out('');
      io.out(
        'Numbers carry their source: t text, c code, l lua, f tf, r recalled, o our own choice.',
      );
    });
}

const sourceLetters = {
  text: 't',
  code: 'c',
  lua: 'l',
  tf: 'f',
  recalled: 'r',
  chosen: 'o',
  user: 'u',
} as const;

const columns = [
  ['units', 'model.units'],
  ['dropout', 'model.dropout'],
  ['init', 'model.initRange'],
  ['batch', 'data.batch'],
  ['T', 'data.time'],
  ['norm', 'optimizer.maxGradientNorm'],
  ['epochs', 'schedule.epochs'],
] as const;

function describe(preset: Preset, recipe: Recipe) {
  const settings = resolveSettings(preset, recipe);
  return {
    name: preset.name,
    title: preset.title,
    baseline: preset.baseline ?? null,
    parameters: parameterCount(modelSpec({ unit: preset.unit, settings }, ptbTypes)),
    settings: Object.fromEntries(settingPaths.map((path) => [path, settings[path]] as const)),
  };
}

function table(rows: readonly ReturnType<typeof describe>[]): string[] {
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
