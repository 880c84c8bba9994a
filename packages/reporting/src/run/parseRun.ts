import { parseJson, parseReportedConfig, parseResult, type RunEvent } from '@bnrnn/core';
import { eventsOfLines, linesOfText } from '../events/eventLines';
import type { Run } from './run';

/** The files of a run folder, as their texts. */
export interface RunTexts {
  /** `config.json` */
  readonly config: string;
  /** `events.jsonl`; a run that has not made a step has none. */
  readonly events?: string | undefined;
  /** `result.json`; a run that has not ended has none. */
  readonly result?: string | undefined;
}

/**
 * Reads a run from the texts of its files, wherever they come from: a folder, a page's file picker, a request.
 *
 * Half a line at the end of the events, as a kill leaves it, is left out.
 *
 * @param folder  what to call the run in errors and reports.
 * @throws DataError, one sentence, for a text that is not JSON or lacks a field.
 */
export function parseRun(folder: string, { events = '', ...texts }: RunTexts): Run {
  return runOf(folder, texts, eventsOfLines(linesOfText(events), `${folder}/events.jsonl`));
}

/** The same with events that were read already. */
export function runOf(
  folder: string,
  { config, result }: Omit<RunTexts, 'events'>,
  events: Iterable<RunEvent>,
): Run {
  const [configFile, resultFile] = [`${folder}/config.json`, `${folder}/result.json`];
  return {
    folder,
    config: parseReportedConfig(parseJson(config, configFile), configFile),
    events: [...events],
    result:
      result === undefined ? undefined : parseResult(parseJson(result, resultFile), resultFile),
  };
}
