import { corpusInfoSchema, DataError, units, UsageError } from '@bnrnn/core';
import { precisions } from '@bnrnn/tensor-backend';
import * as v from 'valibot';
import type { CorpusPath, RulePath, StrategyPath } from '../recipes/recipe';
import { checkValue } from '../settings/readSetting';
import { chosen, sources, type Setting } from '../settings/setting';
import { settingPathsOf } from '../settings/settingDefinitions';
import type { LanguageSettings, SettingsOf, SpeechSettings } from '../settings/settings';
import { corpusAsItIs, strategiesAsTheyAre } from './resolveSettings';
import { speechFilesSchema, type SpeechFiles } from './speechFiles';

const settingSchema = v.object({
  value: v.union([v.number(), v.string(), v.boolean()]),
  source: v.picklist(sources),
  note: v.exactOptional(v.string()),
});

/** The version of `config.json` that this code writes; 1 when absent. */
export const configVersion = 1;

const runConfigSchema = v.object({
  version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), configVersion),
  preset: v.string(),
  /** The preset that it is measured against, null for a baseline; absent in older run folders. */
  baseline: v.exactOptional(v.nullable(v.string())),
  recipe: v.string(),
  backend: v.string(),
  /** Threads and library of matrix products that compute; absent in older run folders. */
  threads: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  blas: v.exactOptional(v.nullable(v.string())),
  /** What the operands of matrix products are rounded to; absent in older run folders: float32. */
  precision: v.exactOptional(v.picklist(precisions)),
  seed: v.number(),
  unit: v.picklist(units),
  corpus: corpusInfoSchema,
  /** Normalization strategies of the user's own: their kind and the SHA-256 of their file. */
  strategies: v.exactOptional(v.array(v.object({ kind: v.string(), sha256: v.string() }))),
  data: v.union([v.string(), speechFilesSchema]),
  command: v.string(),
  commit: v.string(),
  versions: v.record(v.string(), v.string()),
  settings: v.record(v.string(), settingSchema),
});

type Common = Omit<v.InferOutput<typeof runConfigSchema>, 'unit' | 'data' | 'settings'>;

/** Everything that decides the run of a language model: the contents of `config.json`. */
export interface LanguageRunConfig extends Readonly<Common> {
  readonly unit: 'word' | 'character';
  /** Where the corpus was found: a folder, `glosses` or `synthetic`. */
  readonly data: string;
  /** Every setting with its source; nothing that follows from others. */
  readonly settings: LanguageSettings;
}

/** Everything that decides the run of a frame classifier. */
export interface SpeechRunConfig extends Readonly<Common> {
  readonly unit: 'frame';
  /** Where features and alignments were found. */
  readonly data: SpeechFiles;
  readonly settings: SpeechSettings;
}

export type RunConfig = LanguageRunConfig | SpeechRunConfig;

/** Settings younger than the first run folders, as those runs had them. */
const before: SettingsOf<RulePath | StrategyPath | 'optimizer.kind' | 'model.initRange'> = {
  ...strategiesAsTheyAre,
  'optimizer.kind': chosen('sgd', 'before there was a choice'),
  'optimizer.momentum': chosen(0.9, 'not used'),
  'optimizer.beta1': chosen(0.9, 'not used'),
  'optimizer.beta2': chosen(0.999, 'not used'),
  'optimizer.epsilon': chosen(1e-8, 'not used'),
  'model.initRange': chosen(0.1, 'not used'),
};

/** The same of language models alone. */
const beforeInLanguage: SettingsOf<CorpusPath | 'model.initializer' | 'model.embeddingDeviation'> =
  {
    ...corpusAsItIs,
    'model.initializer': chosen('uniform', 'before there was a choice'),
    'model.embeddingDeviation': chosen(0, 'before there was a choice'),
  };

/**
 * Checks the contents of a `config.json`.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the file and the field that does not fit; UsageError for a file of a newer version, or with a
 *   setting that does not exist here: what it changes cannot be done.
 */
export function parseRunConfig(value: unknown, where: string): RunConfig {
  const result = v.safeParse(runConfigSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? 'the file';
    throw new DataError(`${where}: ${path} is ${issue.received}, expected ${issue.expected}.`);
  }
  const { unit, data, version } = result.output;
  if (version > configVersion)
    throw newer(`${where} has version ${version}, expected at most ${configVersion}`);
  const wanted = unit === 'frame' ? 'object' : 'string';
  if (typeof data !== wanted) {
    throw new DataError(
      `${where}: data is ${typeof data}, expected ${wanted} where the unit is "${unit}".`,
    );
  }
  const settings: Readonly<Record<string, Setting>> = {
    ...before,
    ...(unit !== 'frame' && beforeInLanguage),
    ...result.output.settings,
  };
  const paths = settingPathsOf(unit === 'frame' ? 'speech' : 'language');
  const unknown = Object.keys(settings).find((path) => !paths.some((known) => known === path));
  if (unknown !== undefined) throw newer(`${where}: there is no setting ${unknown}`);
  for (const path of paths) {
    const setting = Object.hasOwn(settings, path) ? settings[path] : undefined;
    if (setting === undefined) {
      throw new DataError(`${where}: the setting ${path} is missing.`, {
        hint: 'Was the run written by another version of bnrnn?',
      });
    }
    checkValue(
      path,
      setting.value,
      result.output.strategies?.map(({ kind }) => kind),
    );
  }
  const level = settings['data.level']?.value;
  if (unit !== 'frame' && level !== unit) {
    throw new DataError(`${where}: the unit is "${unit}", and data.level is "${String(level)}".`, {
      hint: 'Was one of the two edited? A model predicts what its text was read by.',
    });
  }
  // Every field was checked above against the unit.
  return { ...result.output, settings } as unknown as RunConfig;
}

function newer(sentence: string): UsageError {
  return new UsageError(`${sentence}.`, {
    hint: 'Take the version of bnrnn that wrote the run. A setting that was added by hand can be removed.',
  });
}
