import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { parseRun } from '../run/parseRun';
import type { Run } from '../run/run';

/**
 * Reads a run folder: `config.json`, `events.jsonl` and, where the run has ended, `result.json`.
 *
 * @throws DataError, one sentence, when the folder is missing or is no run folder, and as `parseRun` does.
 */
export async function readRun(folder: string): Promise<Run> {
  const status = await stat(folder).catch(() => undefined);
  if (status === undefined) {
    throw new DataError(`readRun: there is no folder ${folder}.`, {
      hint: 'A run folder is what train writes, e.g. runs/ptb-small.',
    });
  }
  const config = status.isDirectory() ? await textOf(join(folder, 'config.json')) : undefined;
  if (config === undefined) {
    throw new DataError(`readRun: ${folder} is not a run folder: it holds no config.json.`, {
      hint: 'A run folder is what train writes, e.g. runs/ptb-small.',
    });
  }
  const [events, result] = await Promise.all(
    ['events.jsonl', 'result.json'].map((name) => textOf(join(folder, name))),
  );
  return parseRun(folder, { config, events, result });
}

/** The file's text; undefined where there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new DataError(`readRun: ${file} cannot be read.`, { cause });
  }
}
