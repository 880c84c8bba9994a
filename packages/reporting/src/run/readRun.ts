import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';
import { parseEventLines } from '../events/eventLines';
import { parseConfig } from './parseConfig';
import { parseResult } from './parseResult';
import type { Run } from './run';

/**
 * Reads a run folder: `config.json`, `events.jsonl` and, where the run has ended, `result.json`.
 *
 * Half a line at the end of the events, as a kill leaves it, is left out.
 *
 * @throws DataError, one sentence, when the folder is missing, is no run folder, or holds a file that
 *   is not JSON or lacks a field.
 */
export async function readRun(folder: string): Promise<Run> {
  const status = await stat(folder).catch(() => undefined);
  if (status === undefined) {
    throw new DataError(`readRun: there is no folder ${folder}.`, {
      hint: 'A run folder is what train writes, e.g. runs/ptb-small.',
    });
  }
  const configFile = join(folder, 'config.json');
  const configText = status.isDirectory() ? await textOf(configFile) : undefined;
  if (configText === undefined) {
    throw new DataError(`readRun: ${folder} is not a run folder: it holds no config.json.`, {
      hint: 'A run folder is what train writes, e.g. runs/ptb-small.',
    });
  }
  const eventsFile = join(folder, 'events.jsonl');
  const resultFile = join(folder, 'result.json');
  const [eventsText = '', resultText] = await Promise.all([textOf(eventsFile), textOf(resultFile)]);
  return {
    folder,
    config: parseConfig(json(configText, configFile), configFile),
    events: parseEventLines(eventsText, eventsFile).map(({ event }) => event),
    result:
      resultText === undefined ? undefined : parseResult(json(resultText, resultFile), resultFile),
  };
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

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`readRun: ${file} is not JSON.`, { cause });
  }
}
