import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, UsageError, type Collective } from '@bnrnn/core';
import { launchOf } from '@bnrnn/mpi';
import { completeRun, parseRunConfig, type RunConfig, type RunDraft } from '@bnrnn/experiments';
import { expectModelFits, expectSameOnRanks, readLatestManifest } from '@bnrnn/training';
import { folderStore } from '@bnrnn/training/node';
import { backendLine, startFlagged } from '../backendFlags';
import { expectSameCorpus } from '../corpusLines';
import { InterruptedError, watchInterruption } from '../interruption';
import type { Io } from '../io';
import { expectSameStrategy, readStrategy, type OwnStrategy } from '../ownStrategy';
import { codeVersion, commandText, computedBy } from '../provenance';
import { expectFree, hasCheckpoint, readConfig, removeLeftovers, runFiles } from '../runFolder';
import type { RunTask } from '../tasks/runTask';
import { refuseOtherFlags, runTaskOfPreset } from '../tasks/runTasks';
import { takeFolder, takeFreeFolder, type TakenFolder } from '../takeFolder';
import { asRank } from '../ranks/asRank';
import { startRanks } from '../ranks/startRanks';
import { takenByRankZero } from '../ranks/takenByRankZero';
import { threadsOfRank } from '../ranks/threadsOfRank';
import { prepareRun } from './preparedRun';
import { asBefore, differences } from './resumeBackend';
import { resumeConfig } from './resumeConfig';
import { requestOf, type TrainFlags } from './trainFlags';
import { summaryLines, trainJson } from './trainOutput';
import { trainRun } from './trainRun';
import { modelSize } from './modelSize';

/** Trains a preset: in this process, as one of the ranks that an engine started, or as `--ranks` says. */
export function runTrain(
  io: Io,
  args: readonly string[],
  preset: string,
  flags: TrainFlags,
): Promise<void> {
  const { ranks = 1 } = flags;
  if (ranks > 1 && launchOf(process.env) === undefined) return startRanks(io, args, ranks);
  return asRank(io, (own, collective) => trainAsRank(own, args, preset, flags, collective));
}

async function trainAsRank(
  io: Io,
  args: readonly string[],
  preset: string,
  flags: TrainFlags,
  collective: Collective,
): Promise<void> {
  // What decides where ranks meet before the first step, and what may end a rank before it meets the others.
  const { resume = false, precision = 'float32' } = flags;
  refuseRunFolder(preset);
  expectSameOnRanks(collective, { preset, resume, precision });
  const task = runTaskOfPreset(preset);
  const own = await readStrategy(flags);
  const request = requestOf(preset, flags, own);
  const taken =
    flags.resume === true ? takenByRankZero(collective, () => takeRun(flags.out)) : undefined;
  try {
    const stored = taken && { ...taken, config: await storedConfig(io, taken.folder) };
    if (stored !== undefined) expectSameStrategy(stored.config, own);
    refuseOtherFlags(task, flags);
    const draft = task.draft(request, flags, stored?.config);
    await trainWith(io, args, flags, { task, draft, stored, collective, own });
  } finally {
    taken?.release();
  }
}

/** @throws UsageError where a run folder stands in place of its preset. */
function refuseRunFolder(preset: string): void {
  if (!existsSync(join(preset, runFiles.config))) return;
  throw new UsageError(`${preset} is a run folder, expected a preset.`, {
    hint: `To continue the run: bnrnn train ${readConfig(preset).preset} --out ${preset} --resume`,
  });
}

/** A run that goes on: its folder, and what it was told to do. */
interface StoredRun extends TakenFolder {
  readonly config: RunConfig;
}

interface AskedRun {
  readonly task: RunTask;
  /** What is asked for, before corpus and backend are known. */
  readonly draft: RunDraft;
  readonly stored: StoredRun | undefined;
  readonly collective: Collective;
  readonly own: OwnStrategy;
}

async function trainWith(
  io: Io,
  args: readonly string[],
  flags: TrainFlags,
  { task, draft, stored, own, collective }: AskedRun,
): Promise<void> {
  if (stored === undefined && flags.out !== undefined && collective.rank === 0) {
    expectFree(flags.out);
  }
  const before =
    stored && resumeConfig(task.task, stored.config, draft, { ...flags, backend: named(flags) });
  const data = await task.open(io, before ?? draft, collective);
  try {
    for (const line of data.lines) io.out(line);
    if (before !== undefined) expectSameCorpus(before.corpus, data.info, whereOf(draft));

    const asRun = threadsOfRank(collective, flags);
    const backend = await startFlagged(before === undefined ? asRun : asBefore(before, asRun), io);
    io.out(backendLine(backend));
    const { name, threads, blas, versions } = backend;
    expectSameOnRanks(collective, {
      ...{ backend: name, versions },
      strategies: own.files.map(({ kind, sha256 }) => ({ kind, sha256 })),
    });
    if (before !== undefined) for (const line of differences(before, backend)) io.note(line);
    const started = { command: commandText(args), commit: codeVersion() };
    const config: RunConfig =
      before === undefined
        ? completeRun(draft, {
            ...computedBy(backend),
            corpus: data.info,
            ...started,
          })
        : { ...before, threads, blas };
    const { preset, recipe, seed } = config;
    const optimizer = config.settings['optimizer.kind'].value;
    const size = modelSize(data.spec, optimizer, own.strategies);
    const count = size.parameters.toLocaleString('en-US');
    io.out(`model ${preset}, recipe ${recipe}, seed ${seed}: ${count} parameters`);
    expectModelFits(size);

    const taken = stored ?? takenByRankZero(collective, () => takeNew(flags.out, config));
    const { folder } = taken;
    const interruption = watchInterruption(io);
    try {
      const { reason, result } = await trainRun(io, {
        run: prepareRun(config, data, own),
        folder,
        resumedBy: stored && started,
        signal: interruption.signal,
        now: Date.now,
        elapsed: () => performance.now(),
        collective,
      });
      if (result === undefined) return;
      if (flags.json === true) io.out(JSON.stringify(trainJson(config, folder, result)));
      else for (const line of summaryLines(config, folder, backend, result)) io.out(line);
      if (reason === 'interrupted') {
        throw new InterruptedError(
          `Interrupted after step ${result.steps}; everything is saved.`,
          interruption.cause ?? 'SIGINT',
          `Continue with --out ${folder} --resume.`,
        );
      }
    } finally {
      interruption.stop();
      taken.release();
    }
  } finally {
    await data.close();
  }
}

/** The backend that a resume names, where it names one. */
function named({ backend }: TrainFlags): string | undefined {
  return backend === 'auto' ? undefined : backend;
}

function whereOf({ data }: RunDraft): string {
  return typeof data === 'string' ? data : `${data.train} and ${data.dev}`;
}

/** The folder of a run that goes on, kept from others before anything in it is read. */
function takeRun(out: string | undefined): TakenFolder {
  if (out === undefined) {
    throw new UsageError('--resume needs --out: the folder of the run to continue.');
  }
  // What is no run folder is refused before a lock is written there.
  if (!existsSync(join(out, runFiles.config)) && !hasCheckpoint(out)) readConfig(out);
  return takeFolder(out);
}

/** What a run was told to do; where its file is missing or damaged, as its newest checkpoint has it. */
async function storedConfig(io: Io, folder: string): Promise<RunConfig> {
  try {
    return readConfig(folder);
  } catch (error) {
    const newest = await readLatestManifest(folderStore(join(folder, runFiles.checkpoints)));
    if (!(error instanceof DataError) || newest?.manifest.meta === undefined) throw error;
    const config = parseRunConfig(newest.manifest.meta, newest.path);
    io.note(`warning: ${error.message} The run goes on as ${newest.path} has it.`);
    return config;
  }
}

/** The folder of a new run: nothing that another run wrote meanwhile is in it. */
function takeNew(out: string | undefined, { preset, recipe, seed }: RunConfig): TakenFolder {
  if (out === undefined) return takeFreeFolder(`${preset}-${recipe}-seed${seed}`);
  const taken = takeFolder(out);
  try {
    expectFree(out);
    removeLeftovers(out);
  } catch (error) {
    taken.release();
    throw error;
  }
  return taken;
}
