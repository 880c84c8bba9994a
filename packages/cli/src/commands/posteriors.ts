import { DataError, expectOneOf, parseClassFrames, UsageError } from '@bnrnn/core';
import { utteranceBatches } from '@bnrnn/data-wsj-features';
import { createArkWriter } from '@bnrnn/data-wsj-features/node';
import { logPriors, openFeatureTable, tasks } from '@bnrnn/experiments';
import { framePosteriors, loadModel } from '@bnrnn/training';
import { checkpointsOf } from '@bnrnn/training/node';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { addBackendFlags, backendLine, startFlagged, type BackendFlags } from '../backendFlags';
import { withoutLeftovers } from '../interruption';
import type { Io } from '../io';
import { addFoldFlag, foldWhereAsked, type FoldFlags } from '../foldFlag';
import {
  addStrategyFlag,
  expectSameStrategy,
  readStrategy,
  type StrategyFlags,
} from '../ownStrategy';
import { readConfig, readJson, runFiles } from '../runFolder';
import { badUtteranceRule, badUtterancesOption } from '../speech/speechFlags';
import { expectTask } from '../tasks/runTasks';

interface PosteriorsFlags extends BackendFlags, StrategyFlags, FoldFlags {
  readonly data?: string;
  readonly out?: string;
  readonly scp?: string;
  readonly subtractLogPriors?: boolean;
  readonly root?: string;
  readonly badUtterances?: string;
  readonly checkpoint: string;
}

/** `posteriors RUN`: what a frame classifier says of every frame, as a Kaldi archive. */
export function addPosteriors(program: Command, io: Io): void {
  const command = program
    .command('posteriors')
    .description('log p(pdf | frame) of a data directory as a Kaldi archive, for decoding')
    .argument('<run>', 'a run folder of a frame classifier')
    .option('--data <dir>', 'the data directory to read')
    .option('--out <ark>', 'the archive to write, a matrix an utterance')
    .option('--scp <file>', 'the list of keys and offsets beside --out')
    .option(
      '--subtract-log-priors',
      'log-likelihoods: less the log of each class’s share of the training frames',
    )
    .option('--root <dir>', 'where relative paths of scp files are looked for first')
    .addOption(badUtterancesOption())
    .addOption(new Option('--checkpoint <which>', 'latest or best').default('latest'));
  addStrategyFlag(command);
  addFoldFlag(command);
  addBackendFlags(command, "the run's").action((folder: string, flags: PosteriorsFlags) =>
    withoutLeftovers(() => runPosteriors(io, folder, flags)),
  );
}

async function runPosteriors(io: Io, folder: string, flags: PosteriorsFlags): Promise<void> {
  const which = expectOneOf('--checkpoint', flags.checkpoint, ['latest', 'best']);
  const { data, out, scp, subtractLogPriors = false } = flags;
  if (data === undefined || out === undefined) {
    const missing = data === undefined ? '--data' : '--out';
    throw new UsageError(`posteriors needs ${missing}.`, {
      hint: 'For example: posteriors RUN --data data/test --out loglikes.ark --subtract-log-priors.',
    });
  }
  const config = expectTask(tasks.speech, readConfig(folder), folder);
  const own = await readStrategy(flags);
  expectSameStrategy(config, own);
  const file = join(folder, runFiles.classes);
  const known = parseClassFrames(readJson(file), file);
  const priors = subtractLogPriors ? logPriors(known.frames) : undefined;
  const { features, dropped } = await openFeatureTable(data, {
    settings: config.settings,
    note: (text) => io.note(text),
    ...(flags.root !== undefined && { root: flags.root }),
    ...(flags.badUtterances !== undefined && {
      badUtterances: badUtteranceRule(flags.badUtterances),
    }),
  });
  try {
    if (features.columns !== known.features) {
      throw new DataError(
        `${data} has ${features.columns} values a frame, expected ${known.features} as in training.`,
      );
    }
    for (const { key, reason } of dropped) io.note(`left out: ${key}, ${reason}`);
    io.note(backendLine(await startFlagged(flags, io, config)));
    const loaded = await loadModel(await checkpointsOf(folder), {
      which,
      strategies: own.strategies,
      onRefused: (sentence) => io.note(`warning: ${sentence}`),
    });
    const model = foldWhereAsked(io, loaded, flags);
    const batches = utteranceBatches({
      features,
      utterances: features.keys.map((key) => ({ key, frames: features.frames(key) })),
      batch: config.settings['data.batch'].value,
      order: { kind: 'listed' },
    });
    const writer = createArkWriter(out, scp === undefined ? {} : { scp });
    let frames = 0;
    try {
      for await (const batch of batches.batches(0)) {
        for await (const each of framePosteriors(model, batch)) {
          const { key, classes, values } = each;
          if (priors !== undefined) subtract(values, priors);
          const matrix = { rows: each.frames, columns: classes, data: values };
          await writer.write({ key, kind: 'matrix', matrix });
          frames += each.frames;
        }
      }
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    model.dispose();
    const what = priors === undefined ? 'log-posteriors' : 'log-likelihoods';
    io.out(
      `${out}: ${what} of ${known.frames.length} classes, ${batches.utterances.length} utterances, ${frames} frames`,
    );
  } finally {
    await features.close();
  }
}

/** values [frames, classes] less the log prior of each class. */
function subtract(values: Float32Array, priors: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i] as number) - (priors[i % priors.length] as number);
  }
}
