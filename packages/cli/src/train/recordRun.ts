import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Resumption, type RunEvent, type RunEventOf, parseResult } from '@bnrnn/core';
import { parseRunConfig, type RunConfig } from '@bnrnn/experiments';
import {
  continueEvents,
  jsonLines,
  type ContinuedEvents,
  type EventLog,
} from '@bnrnn/reporting/node';
import { runFiles, setAsideIfDamaged, writeJson } from '../runFolder';
import { leftOutText } from '../speech/leftOut';
import type { PreparedRun } from './preparedRun';

/** What hears the events of a run that is recorded. */
export interface RunRecord {
  write(event: RunEvent): Promise<void>;
  /** Returns when every event so far is on the disk. */
  sync(): void;
  close(): void;
}

export interface RecordOptions {
  /** Who goes on from a checkpoint: the log's events after it are dropped, else all. */
  readonly resumedBy: Omit<Resumption, 'step'> | undefined;
  /** Told in a sentence what of the folder was damaged. */
  readonly note: (sentence: string) => void;
}

/**
 * Records a run in its folder: configuration, vocabulary or classes, then the events, behind the start warnings about
 * utterances that are left out and about a log that lacks steps.
 *
 * Nothing is written or dropped before the event after `start`, which comes of a step that was made: a run that is
 * refused until then (a step that does not fit, a checkpoint of another model, data that cannot be read) changes
 * nothing. A damaged file of a run that goes on is kept aside.
 */
export function recordRun(
  { config, files, leftOut }: Pick<PreparedRun, 'config' | 'files' | 'leftOut'>,
  folder: string,
  { resumedBy, note }: RecordOptions,
): RunRecord {
  const events = join(folder, runFiles.events);
  let start: RunEventOf<'start'> | undefined;
  let log: EventLog | undefined;

  /** The configuration, with the resumptions whose steps are still in the run. */
  const recorded = (): RunConfig => {
    const { resumptions = [], ...rest } = config;
    const step = start?.step ?? 0;
    const kept = resumptions.filter((one) => one.step < step);
    const all = resumedBy === undefined ? kept : [...kept, { step, ...resumedBy }];
    return all.length === 0 ? rest : { ...rest, resumptions: all };
  };

  const open = async (): Promise<EventLog> => {
    const asides = [
      setAsideIfDamaged(folder, runFiles.config, parseRunConfig),
      setAsideIfDamaged(folder, runFiles.result, parseResult),
    ];
    for (const sentence of asides) if (sentence !== undefined) note(sentence);
    await writeJson(folder, runFiles.config, recorded());
    for (const [name, content] of Object.entries(files)) await writeJson(folder, name, content);
    const warnings = leftOut.map((one) => ({
      code: 'left-out-utterances',
      message: leftOutText(one),
    }));
    if (resumedBy !== undefined && start !== undefined) {
      const lacks = logText(await continueEvents(events, start.step), start.step);
      lacks.forEach(note);
      warnings.push(...lacks.map((message) => ({ code: 'log-incomplete', message })));
    } else if (existsSync(events)) {
      truncateSync(events, 0);
    }
    const opened = jsonLines(events);
    if (start !== undefined) {
      opened.write(start);
      const { step, epoch, at } = start;
      for (const warning of warnings)
        opened.write({ type: 'warning', step, epoch, at, ...warning });
    }
    return opened;
  };

  return {
    async write(event) {
      if (event.type === 'start') {
        start = event;
        return;
      }
      log ??= await open();
      log.write(event);
    },
    sync() {
      log?.sync();
    },
    close() {
      log?.close();
    },
  };
}

/** What a resumed run's log lacks, in sentences. */
function logText({ damaged, missing, setAside }: ContinuedEvents, step: number): string[] {
  const lines = damaged === 1 ? '1 line of the log is' : `${damaged} lines of the log are`;
  return [
    ...(setAside === undefined
      ? []
      : [`${lines} damaged; the log as it was is kept in ${setAside}, the rest goes on.`]),
    ...(missing === 0
      ? []
      : [
          `The log lacks ${missing} of the ${step} steps before the checkpoint: curves and sums of this run are without them; the weights are not touched by that.`,
        ]),
  ];
}
