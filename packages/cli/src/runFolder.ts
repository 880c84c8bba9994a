import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { cannotWrite, DataError, parseJson, UsageError } from '@bnrnn/core';
import { writeOutput } from '@bnrnn/core/node';
import { parseRunConfig, type RunConfig } from '@bnrnn/experiments';

/** The files of a run folder, by name. */
export const runFiles = {
  config: 'config.json',
  events: 'events.jsonl',
  checkpoints: 'checkpoints',
  result: 'result.json',
  report: 'report.html',
  vocabulary: 'vocabulary.json',
  classes: 'classes.json',
} as const;

/** @throws UsageError when the folder holds more than a start that was killed leaves, or is a file. */
export function expectFree(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`--out: ${folder} is a file, expected a folder or a new name.`);
  }
  if (readdirSync(folder).every((name) => isLeftover(folder, name))) return;
  throw new UsageError(`--out: ${folder} is not empty; nothing in it was changed.`, {
    hint: 'Add --resume to continue that run, or name another folder.',
  });
}

/** Removes what a start that was killed left in a folder that is free otherwise. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (isLeftover(folder, name) && !isLock(name)) rmSync(join(folder, name), { recursive: true });
  }
}

const unfinished = /^(config|vocabulary|classes)\.json\.([0-9a-f]+\.)?(partial|tmp)$/;

const isLock = (name: string): boolean => /^run\.lock(\.|$)/.test(name);

/** True of what stands in a run folder before its configuration does: locks and files without a name. */
function isLeftover(folder: string, name: string): boolean {
  if (isLock(name) || unfinished.test(name)) return true;
  const path = join(folder, name);
  return name === runFiles.checkpoints && statSync(path).isDirectory()
    ? readdirSync(path).every(isLock)
    : false;
}

/** True when a checkpoint was finished there. */
export function hasCheckpoint(folder: string): boolean {
  const checkpoints = join(folder, runFiles.checkpoints);
  return (
    existsSync(checkpoints) &&
    readdirSync(checkpoints).some((name) => /^step-\d+\.json$/.test(name))
  );
}

/** @throws DataError when the folder is missing or is no run folder, or the file does not fit. */
export function readConfig(folder: string): RunConfig {
  const file = join(folder, runFiles.config);
  if (!existsSync(file)) {
    const what = existsSync(folder)
      ? 'is not a run folder: it has no config.json'
      : 'does not exist';
    throw new DataError(`The run ${folder} ${what}.`, {
      hint: 'A run folder is what "bnrnn train" writes, e.g. runs/ptb-small-authors-code-seed1.',
    });
  }
  return parseRunConfig(readJson(file), file);
}

/** @throws DataError when the file is missing or not JSON. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DataError(`${file} is missing or cannot be read.`, { cause });
  }
  return parseJson(text, file);
}

/**
 * Renames a file of a run that cannot be read, so that the run can go on without it.
 *
 * @param parse  throws DataError for a value that is none of that file.
 * @returns      a sentence about it; undefined where the file is whole or missing.
 */
export function setAsideIfDamaged(
  folder: string,
  name: string,
  parse: (value: unknown, where: string) => unknown,
): string | undefined {
  const file = join(folder, name);
  if (!existsSync(file)) return undefined;
  try {
    parse(readJson(file), file);
    return undefined;
  } catch (error) {
    if (!(error instanceof DataError)) return undefined;
    let aside = `${file}.damaged`;
    for (let k = 2; existsSync(aside); k++) aside = `${file}.damaged-${k}`;
    renameSync(file, aside);
    return `${error.message} It is kept as ${aside}, and the run goes on without it.`;
  }
}

/** Writes JSON beside the old file and renames, so that a kill leaves one of the two whole. */
export function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  return writeContent(folder, name, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Writes a file into a folder, which is made where it is missing, as core's `OutputFile` does.
 *
 * @throws DataError when it cannot be written.
 */
export async function writeContent(
  folder: string,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
  await writeOutput(join(folder, name), [content]);
}
