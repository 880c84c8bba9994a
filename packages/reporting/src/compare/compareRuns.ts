import type { CorpusInfo, StatisticsChoice, Unit, RunEvaluation } from '@bnrnn/core';
import type { Run } from '../run/run';
import { refuseMixedCorpora } from './refuseMixedCorpora';
import { groupRuns, type RunGroup } from './runGroup';
import { lossAtStep, lossesUpTo, lossWindow, summarizeRun, type RunSummary } from './runSummary';
import { spreadOf, type Spread } from './spread';

/** Runs side by side, those that differ in their seed alone as one. */
export interface Comparison {
  unit: Unit;
  corpus: CorpusInfo;
  /** The last step that every run reached: losses are compared there. */
  step: number;
  /** The loss at `step` is the mean of so many steps that end with it. */
  window: number;
  /** How many of those are logged, of the run with the fewest: all of them, unless a log was thinned. */
  logged: number;
  groups: readonly ComparedGroup[];
}

export interface ComparedGroup extends RunGroup {
  seeds: readonly number[];
  /** Fewest and most training steps of its runs. */
  steps: readonly [number, number];
  /** Nats per target. */
  firstLoss: Spread | undefined;
  lossAtStep: Spread | undefined;
  lastLoss: Spread | undefined;
  unitsPerSecond: Spread | undefined;
  /** Training first, then what was evaluated. */
  qualities: readonly Quality[];
}

/** How well a group does on one split. */
export interface Quality {
  split: RunEvaluation['split'];
  /** `training`: the mean over the last epoch while the parameters changed. */
  statistics: StatisticsChoice | 'training';
  nllPerUnit: Spread | undefined;
  perplexity: Spread | undefined;
  perplexityMeanOfBatches: Spread | undefined;
  frameErrorRate: Spread | undefined;
  /** Words, characters or frames that were evaluated. */
  units: Spread | undefined;
}

/**
 * @throws UsageError when the runs are of different corpora or units, or none.
 */
export function compareRuns(runs: readonly Run[]): Comparison {
  refuseMixedCorpora('compareRuns', runs);
  const summaries = runs.map(summarizeRun);
  const reached = summaries.map(({ steps }) => steps).filter((steps) => steps > 0);
  const step = reached.length === 0 ? 0 : Math.min(...reached);
  const { unit, corpus } = (runs[0] as Run).config;
  return {
    unit,
    corpus,
    step,
    window: lossWindow(step),
    logged: Math.min(...summaries.map((summary) => lossesUpTo(summary, step).length)),
    groups: groupRuns(summaries).map((group) => compareGroup(group, step)),
  };
}

function compareGroup(group: RunGroup, step: number): ComparedGroup {
  const { summaries } = group;
  const over = (read: (summary: RunSummary) => number | undefined) => spreadOf(summaries.map(read));
  const steps = summaries.map((summary) => summary.steps);
  return {
    ...group,
    seeds: summaries.map(({ run }) => run.config.seed),
    steps: [Math.min(...steps), Math.max(...steps)],
    firstLoss: over(({ firstLoss }) => firstLoss),
    lossAtStep: over((summary) => lossAtStep(summary, step)),
    lastLoss: over(({ lastLoss }) => lastLoss),
    unitsPerSecond: over(({ unitsPerSecond }) => unitsPerSecond),
    qualities: qualitiesOf(summaries),
  };
}

const splitOrder = ['train', 'valid', 'test'] as const;
const statisticsOrder = ['batch', 'running', 'recalibrated'] as const;

function qualitiesOf(summaries: readonly RunSummary[]): Quality[] {
  const epochs = summaries.map(({ lastEpoch }) => lastEpoch);
  const training: Quality = {
    split: 'train',
    statistics: 'training',
    nllPerUnit: spreadOf(epochs.map((epoch) => epoch?.trainNllPerUnit)),
    perplexity: spreadOf(epochs.map((epoch) => epoch?.trainPerplexity)),
    perplexityMeanOfBatches: spreadOf(epochs.map((epoch) => epoch?.trainPerplexityMeanOfBatches)),
    frameErrorRate: undefined,
    units: undefined,
  };
  const evaluated = splitOrder.flatMap((split) =>
    statisticsOrder.map((statistics): Quality => {
      const found = summaries.map(({ evaluations }) =>
        evaluations.find((one) => one.split === split && one.statistics === statistics),
      );
      return {
        split,
        statistics,
        nllPerUnit: spreadOf(found.map((one) => one?.nllPerUnit)),
        perplexity: spreadOf(found.map((one) => one?.perplexity)),
        perplexityMeanOfBatches: spreadOf(found.map((one) => one?.perplexityMeanOfBatches)),
        frameErrorRate: spreadOf(found.map((one) => one?.frameErrorRate)),
        units: spreadOf(found.map((one) => one?.units)),
      };
    }),
  );
  return [training, ...evaluated].filter(({ nllPerUnit }) => nllPerUnit !== undefined);
}
