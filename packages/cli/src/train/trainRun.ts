import { join } from 'node:path';
import type { RunEvent, RunEventOf } from '@bnrnn/core';
import { jsonLines, progress, truncateEvents, type EventConsumer } from '@bnrnn/reporting';
import { train } from '@bnrnn/training';
import type { Io } from '../io';
import { rethrowInFlags } from '../rethrowInFlags';
import { hasCheckpoint, runFiles, writeJson } from '../runFolder';
import type { PreparedRun } from './preparedRun';
import { writeReport } from './writeReport';
import { writeResult, type TrainResult } from './writeResult';

export interface TrainRunOptions {
  readonly run: PreparedRun;
  readonly folder: string;
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** Why a run stopped, and what came of it. */
export interface FinishedRun {
  readonly reason: RunEventOf<'end'>['reason'];
  readonly result: TrainResult;
}

/**
 * Trains one run in its folder: configuration, vocabulary or classes first, then events and checkpoints
 * while it goes, the result and the report at the end. A resumed run drops the events after its checkpoint.
 */
export async function trainRun(io: Io, options: TrainRunOptions): Promise<FinishedRun> {
  const { run, folder, signal, now } = options;
  const { config, plan } = run;
  const model = run.makeModel();
  writeJson(folder, runFiles.config, config);
  for (const [name, content] of Object.entries(run.files)) writeJson(folder, name, content);
  const events = join(folder, runFiles.events);
  const resume = options.resume && hasCheckpoint(folder);
  if (options.resume && !resume) {
    io.note(`${folder} has no checkpoint yet: the run starts from its beginning.`);
    truncateEvents(events, -1);
  }
  const bar = progress(io.progress);
  let log: EventConsumer | undefined;
  let reason: FinishedRun['reason'] = 'finished';
  try {
    const checkpoints = {
      folder: join(folder, runFiles.checkpoints),
      everySteps: config.settings['checkpoints.everySteps'].value,
    };
    for await (const event of train({ ...plan, model, checkpoints, resume, signal, now })) {
      log ??= openLog(events, event);
      log.write(event);
      bar.write(event);
      if (event.type === 'end') reason = event.reason;
    }
  } catch (error) {
    rethrowInFlags(error, config.unit === 'frame' ? '--set data.maxFrames=' : '--set data.time=');
  } finally {
    bar.close();
    log?.close();
    model.dispose();
  }
  const result = await writeResult(folder);
  await writeReport([folder], join(folder, runFiles.report));
  return { reason, result };
}

/** The first event says where the run stands: later ones in the log are about to be repeated. */
function openLog(file: string, first: RunEvent): EventConsumer {
  truncateEvents(file, first.step);
  return jsonLines(file);
}
