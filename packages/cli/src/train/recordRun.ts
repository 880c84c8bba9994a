import { join } from 'node:path';
import type { RunEvent } from '@bnrnn/core';
import type { EventConsumer } from '@bnrnn/reporting';
import { jsonLines, truncateEvents } from '@bnrnn/reporting/node';
import { runFiles, writeJson } from '../runFolder';
import { leftOutText } from '../speech/leftOut';
import type { PreparedRun } from './preparedRun';

/** What hears the events of a run that is recorded. */
export interface RunRecord {
  write(event: RunEvent): Promise<void>;
  close(): void;
}

/**
 * Records a run in its folder: configuration, vocabulary or classes, then the events, warnings about left-out utterances
 * behind the start.
 *
 * Nothing is written or dropped before the event after `start`, which comes of a step that was made: a run that is
 * refused until then (a step that does not fit, a checkpoint of another model, data that cannot be read) changes nothing.
 *
 * @param resume  the run goes on from a checkpoint: the log's events after it are dropped, else all.
 */
export function recordRun(
  { config, files, leftOut }: Pick<PreparedRun, 'config' | 'files' | 'leftOut'>,
  folder: string,
  resume: boolean,
): RunRecord {
  const events = join(folder, runFiles.events);
  let start: RunEvent | undefined;
  let log: EventConsumer | undefined;

  const open = async (): Promise<EventConsumer> => {
    await writeJson(folder, runFiles.config, config);
    for (const [name, content] of Object.entries(files)) await writeJson(folder, name, content);
    truncateEvents(events, resume && start !== undefined ? start.step : -1);
    const opened = jsonLines(events);
    if (start !== undefined) {
      opened.write(start);
      const { step, epoch, at } = start;
      for (const one of leftOut) {
        opened.write({
          type: 'warning',
          step,
          epoch,
          at,
          code: 'left-out-utterances',
          message: leftOutText(one),
        });
      }
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
    close() {
      log?.close();
    },
  };
}
