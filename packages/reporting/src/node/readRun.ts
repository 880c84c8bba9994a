import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, errorCode, reasonOf } from '@bnrnn/core';
import { runOf } from '../run/parseRun';
import type { Run } from '../run/run';
import { readEvents } from './readEvents';

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
  const result = await textOf(join(folder, 'result.json'));
  return runOf(folder, { config, result }, readEvents(join(folder, 'events.jsonl')));
}

/** The file's text; undefined where there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new DataError(`readRun: ${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
