import {
  defaultSpeechRecipe,
  findRecipe,
  findSpeechRecipe,
  languagePresets,
  modelSpec,
  parameterCount,
  recipes,
  resolveSettings,
  resolveSpeechSettings,
  speechModelSpec,
  speechPresets,
  speechRecipes,
  type LanguagePreset,
  type Preset,
  type Recipe,
  type Setting,
  type SpeechPreset,
} from '@bnrnn/experiments';
import { Option, type Command } from 'commander';
import type { Io } from '../io';
import { textColumns } from '../textColumns';

/** Types of the Penn Treebank by words and by characters, for which parameters are counted. */
const ptbTypes = { word: 10_000, character: 50 };

/** The paper's inputs and targets on WSJ, for which parameters are counted. */
const wsj = { features: 69, classes: 3_546 };

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
      const language = languagePresets.map((preset) => describeLanguage(preset, recipe));
      const speech = speechPresets.map(describeSpeech);
      const rows = [...language, ...speech];
      if (options.json === true) {
        io.out(JSON.stringify({ recipe: recipe.name, presets: rows }));
        return;
      }
      for (const { name, title } of recipes) {
        io.out(`recipe ${name}: ${title}${name === recipe.name ? ' (shown)' : ''}`);
      }
      io.out('');
      for (const line of table(language, languageColumns)) io.out(line);
      io.out('');
      for (const { name, title } of speechRecipes) io.out(`speech, recipe ${name}: ${title}`);
      io.out('');
      for (const line of table(speech, speechColumns)) io.out(line);
      io.out('');
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

type Columns = readonly (readonly [string, string])[];

const languageColumns: Columns = [
  ['units', 'model.units'],
  ['dropout', 'model.dropout'],
  ['start', 'model.initializer'],
  ['range', 'model.initRange'],
  ['batch', 'data.batch'],
  ['T', 'data.time'],
  ['norm', 'optimizer.maxGradientNorm'],
  ['epochs', 'schedule.epochs'],
];

const speechColumns: Columns = [
  ['layers', 'model.layers'],
  ['units', 'model.units'],
  ['batch', 'data.batch'],
  ['frames', 'data.maxFrames'],
  ['optimizer', 'optimizer.kind'],
  ['rate', 'optimizer.learningRate'],
  ['epochs', 'schedule.epochs'],
];

interface Row {
  readonly name: string;
  readonly title: string;
  readonly baseline: string | null;
  readonly recipe: string;
  readonly parameters: number;
  readonly settings: Readonly<Record<string, Setting>>;
}

function describeLanguage(preset: LanguagePreset, recipe: Recipe): Row {
  const settings = resolveSettings(preset, recipe);
  const parameters = parameterCount(
    modelSpec({ unit: preset.unit, settings }, ptbTypes[preset.unit]),
  );
  return { ...identity(preset), recipe: recipe.name, parameters, settings };
}

function describeSpeech(preset: SpeechPreset): Row {
  const recipe = findSpeechRecipe(defaultSpeechRecipe);
  const settings = resolveSpeechSettings(preset, recipe);
  const parameters = parameterCount(speechModelSpec({ settings }, wsj));
  return { ...identity(preset), recipe: recipe.name, parameters, settings };
}

function identity({ name, title, baseline }: Preset) {
  return { name, title, baseline: baseline ?? null };
}

function table(rows: readonly Row[], columns: Columns): string[] {
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
