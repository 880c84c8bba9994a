import { corpusInfoSchema, DataError, units } from '@bnrnn/core';
import * as v from 'valibot';
import { checkValue } from '../settings/readSetting';
import { sources } from '../settings/setting';
import { settingPaths } from '../settings/settingDefinitions';
import type { Settings } from '../settings/settings';

const settingSchema = v.object({
  value: v.union([v.number(), v.string(), v.boolean()]),
  source: v.picklist(sources),
  note: v.exactOptional(v.string()),
});

const runConfigSchema = v.object({
  preset: v.string(),
  recipe: v.string(),
  backend: v.string(),
  seed: v.number(),
  unit: v.picklist(units),
  corpus: corpusInfoSchema,
  data: v.string(),
  command: v.string(),
  commit: v.string(),
  versions: v.record(v.string(), v.string()),
  settings: v.record(v.string(), settingSchema),
});

/** Everything that decides a run: the contents of `config.json`. */
export interface RunConfig extends Omit<
  v.InferOutput<typeof runConfigSchema>,
  'settings' | 'corpus'
> {
  readonly corpus: v.InferOutput<typeof corpusInfoSchema>;
  /** Where the corpus was found: a folder, `glosses` or `synthetic`. */
  readonly data: string;
  /** The command that made the run. */
  readonly command: string;
  /** The commit of the code, or `unknown`. */
  readonly commit: string;
  /** Versions of what computed, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Every setting with its source; nothing that follows from others. */
  readonly settings: Settings;
}

/**
 * Checks the contents of a `config.json`.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the file and the field that does not fit.
 */
export function parseRunConfig(value: unknown, where: string): RunConfig {
  const result = v.safeParse(runConfigSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? 'the file';
    throw new DataError(`${where}: ${path} is ${issue.received}, expected ${issue.expected}.`);
  }
  const { settings } = result.output;
  for (const path of settingPaths) {
    const setting = Object.hasOwn(settings, path) ? settings[path] : undefined;
    if (setting === undefined) {
      throw new DataError(`${where}: the setting ${path} is missing.`, {
        hint: 'Was the run written by another version of bnrnn?',
      });
    }
    checkValue(path, setting.value);
  }
  return { ...result.output, settings: settings as unknown as Settings };
}
