import { expectOneOf, statisticsChoices, type StatisticsChoice } from '@bnrnn/core';
import { loadCorpus, runBatches, type RunConfig } from '@bnrnn/experiments';
import type { SequenceModel } from '@bnrnn/recurrent';
import {
  evaluate,
  loadModel,
  recalibrate,
  type EvaluateResult,
  type Recalibration,
} from '@bnrnn/training';
import { Option, type Command } from 'commander';
import { addBackendFlags, backendLine, startFlagged } from '../backendFlags';
import { corpusLines, expectSameCorpus } from '../corpusLines';
import type { Io } from '../io';
import { readConfig } from '../runFolder';
import { textColumns } from '../textColumns';
import { addEvaluations } from '../train/writeResult';
import { watched } from '../watched';

interface EvaluateFlags {
  readonly statistics: string;
  readonly split: string;
  readonly data?: string;
  readonly checkpoint: string;
  readonly backend?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `evaluate RUN`: perplexity of a trained model under each choice of statistics. */
export function addEvaluate(program: Command, io: Io): void {
  const command = program
    .command('evaluate')
    .description('perplexity of a trained model under each choice of statistics')
    .argument('<run>', 'a run folder')
    .addOption(
      new Option('--statistics <choice>', `${statisticsChoices.join(', ')} or all`).default('all'),
    )
    .addOption(new Option('--split <split>', 'valid or test').default('valid'))
    .option('--data <corpus>', "where the run's corpus is now (default: where it was)")
    .addOption(new Option('--checkpoint <which>', 'latest or best').default('latest'));
  addBackendFlags(command, "the run's")
    .option('--json', 'one JSON object as the last line')
    .action((folder: string, flags: EvaluateFlags) => runEvaluate(io, folder, flags));
}

async function runEvaluate(io: Io, folder: string, flags: EvaluateFlags): Promise<void> {
  const choice = expectOneOf('--statistics', flags.statistics, [...statisticsChoices, 'all']);
  const split = expectOneOf('--split', flags.split, ['valid', 'test']);
  const which = expectOneOf('--checkpoint', flags.checkpoint, ['latest', 'best']);
  const config = readConfig(folder);
  const data = flags.data ?? config.data;
  const corpus = await loadCorpus(data);
  for (const line of corpusLines(corpus)) io.out(line);
  expectSameCorpus(config.corpus, corpus.info, data);
  io.out(backendLine(await startFlagged(flags, config.backend)));

  const model = await loadModel(folder, {
    which,
    onRefused: (sentence) => io.note(`warning: ${sentence}`),
  });
  const choices = choice === 'all' ? statisticsChoices : [choice];
  const results = await evaluateAll(io, model, config, corpus.splits, split, choices);
  model.dispose();
  if (which === 'latest') {
    addEvaluations(
      folder,
      results.map((result) => ({ split, ...result })),
    );
  }
  if (flags.json === true) io.out(JSON.stringify({ split, results: results.map(jsonResult) }));
  else for (const line of table(split, results)) io.out(line);
}

/** One result for each choice; without normalizers the choices are one and the same. */
async function evaluateAll(
  io: Io,
  model: SequenceModel,
  { settings }: RunConfig,
  splits: Readonly<Record<'train' | 'valid' | 'test', Int32Array>>,
  split: 'valid' | 'test',
  choices: readonly StatisticsChoice[],
): Promise<EvaluateResult[]> {
  const windows = runBatches(settings, splits[split]);
  const limits = limitOf(settings['evaluation.maxBatches'].value);
  if (limits.maxBatches !== undefined && limits.maxBatches < windows.batchesPerEpoch) {
    const all = windows.batchesPerEpoch;
    io.note(`evaluation.maxBatches: the first ${limits.maxBatches} of ${all} batches`);
  }
  const evaluateUnder = (statistics: StatisticsChoice, recalibration?: Recalibration) =>
    evaluate({
      model,
      source: watched(io, windows, { label: `${statistics} statistics`, now, ...mostOf(limits) }),
      statistics,
      ...limits,
      ...(recalibration !== undefined && { recalibration }),
    });
  if (model.normalizers.size === 0) {
    const result = await evaluateUnder('running');
    return choices.map((statistics) => ({ ...result, statistics }));
  }
  const results: EvaluateResult[] = [];
  for (const statistics of choices) {
    if (statistics !== 'recalibrated') {
      results.push(await evaluateUnder(statistics));
      continue;
    }
    const training = limitOf(settings['evaluation.recalibrationBatches'].value);
    const source = watched(io, runBatches(settings, splits.train), {
      label: 'recalibration',
      now,
      ...mostOf(training),
    });
    const recalibration = await recalibrate({ model, source, ...training });
    io.note(`recalibrated over ${recalibration.batches} training batches`);
    results.push(await evaluateUnder(statistics, recalibration));
    recalibration.dispose();
  }
  return results;
}

const { now } = Date;

/** A limit as `evaluate` and `recalibrate` take it: absent where the setting is 0. */
function limitOf(most: number): { maxBatches?: number } {
  return most > 0 ? { maxBatches: most } : {};
}

function mostOf({ maxBatches }: { maxBatches?: number }): { most?: number } {
  return maxBatches === undefined ? {} : { most: maxBatches };
}

/** A result with the field names of `--json`. */
function jsonResult({
  statistics,
  nllPerUnit,
  perplexity,
  perplexityMeanOfBatches,
}: EvaluateResult) {
  return { statistics, nllPerWord: nllPerUnit, perplexity, perplexityMeanOfBatches };
}

function table(split: string, results: readonly EvaluateResult[]): string[] {
  return textColumns([
    [split, 'nats per word', 'perplexity', 'mean of batches'],
    ...results.map(({ statistics, nllPerUnit, perplexity, perplexityMeanOfBatches }) => [
      statistics,
      nllPerUnit.toFixed(4),
      perplexity.toFixed(2),
      perplexityMeanOfBatches.toFixed(2),
    ]),
  ]);
}
