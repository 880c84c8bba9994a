import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DataError, UsageError } from '@bnrnn/core';
import { parseRunConfig, type RunConfig } from '@bnrnn/experiments';
import { reasonOf } from '@bnrnn/training/node';

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

/** @throws UsageError when the folder holds anything, or is a file. */
export function expectFree(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`--out: ${folder} is a file, expected a folder or a new name.`);
  }
  if (readdirSync(folder).length === 0) return;
  throw new UsageError(`--out: ${folder} is not empty; nothing in it was changed.`, {
    hint: 'Add --resume to continue that run, or name another folder.',
  });
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
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${file} is not JSON: it is truncated or altered.`, { cause });
  }
}

/** Writes JSON beside the old file and renames, so that a kill leaves one of the two whole. */
export function writeJson(folder: string, name: string, value: unknown): void {
  writeText(folder, name, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Writes text beside the old file, syncs and renames. A link is followed; what is no file, such as a
 * device or a pipe, is written into.
 *
 * @throws DataError when it cannot be written.
 */
export function writeText(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true });
    const target = existsSync(path) ? realpathSync(path) : path;
    const is = statSync(target, { throwIfNoEntry: false });
    if (is === undefined || is.isFile()) replaceFile(target, text);
    else writeFileSync(target, text);
  } catch (cause) {
    throw new DataError(`${path} cannot be written: ${reasonOf(cause)}.`, {
      hint: 'Name another place, or look at its owner and at the room on the disk.',
      cause,
    });
  }
}

function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
