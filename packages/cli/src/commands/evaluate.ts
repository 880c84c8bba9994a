import { expectOneOf, statisticsChoices, UsageError, type StatisticsChoice } from '@bnrnn/core';
import { loadModel } from '@bnrnn/training';
import { checkpointsOf } from '@bnrnn/training/node';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, startFlagged, type BackendFlags } from '../backendFlags';
import { evaluateAll } from '../evaluate/evaluateAll';
import { evaluationsJson, evaluationTable } from '../evaluate/evaluateOutput';
import { addFoldFlag, foldWhereAsked, type FoldFlags } from '../foldFlag';
import type { DataFlags, EvaluatedSplit, Split } from '../tasks/runTask';
import { runTaskOf } from '../tasks/runTasks';
import type { Io } from '../io';
import {
  addStrategyFlag,
  expectSameStrategy,
  readStrategy,
  type StrategyFlags,
} from '../ownStrategy';
import { readConfig } from '../runFolder';
import { addFileFlags } from '../speech/speechFlags';
import { addEvaluations } from '../train/writeResult';

interface EvaluateFlags extends BackendFlags, DataFlags, StrategyFlags, FoldFlags {
  readonly statistics: string;
  readonly split: string;
  readonly checkpoint: string;
  readonly json?: boolean;
}

/** `evaluate RUN`: how good a trained model is under each choice of statistics. */
export function addEvaluate(program: Command, io: Io): void {
  const command = program
    .command('evaluate')
    .description('how good a trained model is under each choice of statistics')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--statistics <choice>', `${statisticsChoices.join(', ')} or all`).default('all'),
    )
    .addOption(
      new Option('--split <splits>', 'valid (or dev), test, train, or several with commas').default(
        'valid',
      ),
    )
    .option(
      '--data <corpus>',
      "where the run's corpus is now; speech: the directory of --split test",
    )
    .addOption(new Option('--checkpoint <which>', 'latest or best').default('latest'));
  addFileFlags(command);
  addStrategyFlag(command);
  addFoldFlag(command);
  addBackendFlags(command, "the run's")
    .option('--json', 'one JSON object as the last line')
    .action((folder: string, flags: EvaluateFlags) => runEvaluate(io, folder, flags));
}

async function runEvaluate(io: Io, folder: string, flags: EvaluateFlags): Promise<void> {
  const choices = choicesOf(flags);
  const splits = splitsOf(flags);
  const which = expectOneOf('--checkpoint', flags.checkpoint, ['latest', 'best']);
  const config = readConfig(folder);
  const own = await readStrategy(flags);
  expectSameStrategy(config, own);
  const opened: EvaluatedSplit[] = [];
  try {
    for (const split of splits) {
      opened.push(await runTaskOf(config).split(io, config, split, flags));
    }
    for (const line of new Set(opened.flatMap(({ lines }) => lines))) io.out(line);
    const backend = await startFlagged(flags, io, config);
    io.out(backendLine(backend));
    const loaded = await loadModel(await checkpointsOf(folder), {
      which,
      strategies: own.strategies,
      onRefused: (sentence) => io.note(`warning: ${sentence}`),
    });
    const model = foldWhereAsked(io, loaded, flags);
    const all = await evaluateAll(io, {
      model,
      settings: config.settings,
      sources: opened.map(({ source }) => source),
      trainSource: (opened[0] as EvaluatedSplit).trainSource,
      choices,
    });
    model.dispose();
    const { precision } = backend;
    const { unit } = config;
    const found = splits.map((split, k) => ({ split, results: all[k] ?? [] }));
    if (flags.json === true) io.out(JSON.stringify(evaluationsJson(unit, precision, found)));
    else {
      for (const { split, results } of found) {
        for (const line of evaluationTable(unit, split, results)) io.out(line);
      }
    }
    // What was computed in another precision, or folded, is not the run's.
    if (which === 'latest' && flags.fold !== true && precision === config.precision) {
      // What was measured is shown, whatever becomes of the record.
      await addEvaluations(
        folder,
        found.flatMap(({ split, results }) => results.map((result) => ({ split, ...result }))),
      );
    }
  } finally {
    for (const data of opened) await data.close();
  }
}

/** @throws UsageError for a name that is no split's. */
function splitsOf({ split }: EvaluateFlags): readonly Split[] {
  const found = split.split(',').map((text): Split => {
    const name = expectOneOf('--split', text.trim(), ['valid', 'dev', 'test', 'train']);
    return name === 'dev' ? 'valid' : name;
  });
  return [...new Set(found)];
}

/** @throws UsageError for statistics that a folded model does not have. */
function choicesOf({ statistics, fold }: EvaluateFlags): readonly StatisticsChoice[] {
  const choice = expectOneOf('--statistics', statistics, [...statisticsChoices, 'all']);
  if (fold !== true) return choice === 'all' ? statisticsChoices : [choice];
  if (choice === 'all' || choice === 'running') return ['running'];
  throw new UsageError(
    `--statistics is ${choice} with --fold, which folds the running statistics, expected running.`,
    { hint: 'Leave out one of the two.' },
  );
}
