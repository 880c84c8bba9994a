import { averagedSteps } from '../compare/averagedSteps';
import type { ComparedGroup, Comparison, Quality } from '../compare/compareRuns';
import { formatStepRange } from '../compare/formatStepRange';
import { formatSpread, type Spread } from '../compare/spread';
import { formatCount, formatNats, formatPerplexity, formatShare } from '../formatNumber';
import { natsPer, unitsOf } from '../unitWords';
import { frameTable } from './frameTable';
import type { Table, TableColumn } from './table';

const left = (header: string): TableColumn => ({ header, align: 'left' });
const right = (header: string): TableColumn => ({ header, align: 'right' });

/**
 * The tables of a comparison: of frame classifiers the paper's table 1; how training went; how good the
 * models are on each split.
 */
export function comparisonTables(comparison: Comparison): Table[] {
  const quality = qualityTable(comparison);
  const frames = comparison.unit === 'frame' ? frameTable(comparison) : undefined;
  return [
    ...(frames === undefined ? [] : [frames]),
    trainingTable(comparison),
    ...(quality.rows.length === 0 ? [] : [quality]),
  ];
}

function trainingTable(comparison: Comparison): Table {
  const { unit, step, window, groups } = comparison;
  const rows = groups.map((group) => {
    const cell = (spread: Spread | undefined, format: (value: number) => string) =>
      formatSpread(spread, format, group.summaries.length);
    return [
      group.label,
      group.recipe,
      seedsText(group.seeds),
      formatStepRange(group.steps),
      cell(group.firstLoss, formatNats),
      cell(group.lossAtStep, formatNats),
      cell(group.lastLoss, formatNats),
      cell(group.unitsPerSecond, formatCount),
    ];
  });
  return {
    title: `Training loss, ${natsPer(unit)}`,
    columns: [
      left('preset'),
      left('recipe'),
      left(groups.some(({ seeds }) => seeds.length > 1) ? 'seeds' : 'seed'),
      right('steps'),
      right('first'),
      right(`at step ${formatCount(step)}`),
      right('last'),
      right(`${unitsOf(unit)}/s`),
    ],
    rows,
    notes: [
      ...(window > 1
        ? [`At step ${formatCount(step)}: the mean of the last ${averagedSteps(comparison)}.`]
        : []),
      ...spreadNote(groups),
    ],
  };
}

function qualityTable({ unit, groups }: Comparison): Table {
  const frames = unit === 'frame';
  const rows = groups.flatMap((group) =>
    group.qualities.map((quality, index) => {
      const cell = (spread: Spread | undefined, format: (value: number) => string) =>
        formatSpread(spread, format, group.summaries.length);
      return [
        index === 0 ? group.label : '',
        quality.split === 'valid' ? 'validation' : quality.split,
        statisticsText(quality),
        cell(quality.nllPerUnit, formatNats),
        ...(frames
          ? [cell(quality.frameErrorRate, formatShare)]
          : [
              cell(quality.perplexity, formatPerplexity),
              cell(quality.perplexityMeanOfBatches, formatPerplexity),
            ]),
      ];
    }),
  );
  return {
    title: frames ? 'Cross entropy and frame error rate' : 'Perplexity on each split',
    columns: [
      left('preset'),
      left('split'),
      left('statistics'),
      right(natsPer(unit)),
      ...(frames ? [right('frame error rate')] : [right('perplexity'), right('mean of batches')]),
    ],
    rows,
    notes: [
      ...(frames
        ? []
        : [
            'Perplexity: exp of the mean. Mean of batches: the mean over batches of exp of the batch’s mean.',
          ]),
      ...(rows.some((row) => row[2] === 'while training')
        ? ['While training: over the last whole epoch, as the parameters changed.']
        : []),
      ...spreadNote(groups),
    ],
  };
}

function statisticsText({ statistics }: Quality): string {
  return statistics === 'training' ? 'while training' : statistics;
}

function spreadNote(groups: readonly ComparedGroup[]): string[] {
  return groups.some(({ seeds }) => seeds.length > 1)
    ? ['Mean ± sample standard deviation over the seeds.']
    : [];
}

function seedsText(seeds: readonly number[]): string {
  return seeds.join(', ');
}
