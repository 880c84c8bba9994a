import { join } from 'node:path';
import { alone, type Collective, type RunEventOf } from '@bnrnn/core';
import { progress } from '@bnrnn/reporting';
import { readRun } from '@bnrnn/reporting/node';
import { DivergedError, train } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import type { Io } from '../io';
import { rethrowInFlags } from '../rethrowInFlags';
import { hasCheckpoint, runFiles } from '../runFolder';
import { runTaskOf } from '../tasks/runTasks';
import type { PreparedRun } from './preparedRun';
import { recordRun, type RecordOptions, type RunRecord } from './recordRun';
import { settingsToKeep } from './resumeConfig';
import { writeReport } from './writeReport';
import { writeResult, type TrainResult } from './writeResult';

export interface TrainRunOptions {
  readonly run: PreparedRun;
  readonly folder: string;
  /** Who goes on with the run that is in the folder; absent where the run is new. */
  readonly resumedBy?: RecordOptions['resumedBy'];
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly elapsed: () => number;
  /** The ranks that train together; one process when absent. */
  readonly collective?: Collective;
}

/** Why a run stopped, and what came of it. */
export interface FinishedRun {
  readonly reason: RunEventOf<'end'>['reason'];
  /** Undefined on the ranks that do not write. */
  readonly result: TrainResult | undefined;
}

/** The record of a rank whose run another one records. */
const unrecorded: RunRecord = {
  write: () => Promise.resolve(),
  sync: () => undefined,
  close: () => undefined,
};

/**
 * Trains one run in its folder: configuration, vocabulary or classes with the first step, then events and checkpoints
 * while it goes, the result and the report at the end. A resumed run drops the events after its checkpoint. A
 * run that is refused before its first step changes nothing. Of several ranks, the first alone writes.
 */
export async function trainRun(io: Io, options: TrainRunOptions): Promise<FinishedRun> {
  const { run, folder, signal, now, elapsed, collective = alone } = options;
  const { config, plan } = run;
  const model = run.makeModel();
  const resumedBy = hasCheckpoint(folder) ? options.resumedBy : undefined;
  if (options.resumedBy !== undefined && resumedBy === undefined) {
    io.note(`${folder} has no checkpoint yet: the run starts from its beginning.`);
  }
  const bar = progress(io.progress);
  const note = (sentence: string): void => io.note(`warning: ${sentence}`);
  const writes = collective.rank === 0;
  const record = writes ? recordRun(run, folder, { resumedBy, note }) : unrecorded;
  let reason: FinishedRun['reason'] = 'finished';
  let epoch = 0;
  try {
    const checkpoints = {
      store: folderStore(join(folder, runFiles.checkpoints)),
      everySteps: config.settings['checkpoints.everySteps'].value,
      // The log is never behind its checkpoint.
      beforeCommit: () => record.sync(),
    };
    for await (const event of train({
      ...plan,
      model,
      checkpoints,
      resume: resumedBy !== undefined,
      signal,
      now,
      elapsed,
      collective,
      mustMatch: settingsToKeep(config),
      meta: config,
    })) {
      await record.write(event);
      bar.write(event);
      epoch = event.epoch;
      if (event.type === 'end') reason = event.reason;
    }
  } catch (error) {
    if (writes && error instanceof DivergedError) {
      const { step, message } = error;
      await record.write({ type: 'warning', step, epoch, at: now(), code: 'diverged', message });
      await writeOutcome(folder, run.leftOut, error);
    }
    rethrowInFlags(error, runTaskOf(config).timeFlags.train);
  } finally {
    bar.close();
    record.close();
    model.dispose();
  }
  if (!writes) return { reason, result: undefined };
  return { reason, result: await writeOutcome(folder, run.leftOut) };
}

/** Writes the result and the report of a run that ended, or diverged, from what it recorded. */
async function writeOutcome(
  folder: string,
  leftOut: Parameters<typeof writeResult>[1],
  diverged?: DivergedError,
): Promise<TrainResult> {
  const ended = await readRun(folder);
  const result = await writeResult(ended, leftOut, diverged);
  await writeReport([{ ...ended, result }], join(folder, runFiles.report));
  return result;
}
