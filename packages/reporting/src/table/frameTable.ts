import { isNormalized } from '../compare/isNormalized';
import type { ComparedGroup, Comparison, Quality } from '../compare/compareRuns';
import { shownValidation } from '../compare/shownValidation';
import { formatSpread, type Spread } from '../compare/spread';
import { absent, formatCount, formatNats } from '../formatNumber';
import type { Table, TableColumn } from './table';

const left = (header: string): TableColumn => ({ header, align: 'left' });
const right = (header: string): TableColumn => ({ header, align: 'right' });

/**
 * The frame classifiers in the form of the paper's table 1: frame-wise cross entropy in nats and frame
 * error rate as a share of one, on the training and the validation split, under one choice of statistics
 * each. Undefined where no group was validated.
 */
export function frameTable({ groups, corpus }: Comparison): Table | undefined {
  const shown = groups.flatMap((group) => {
    const dev = judgedBy(group);
    return dev === undefined ? [] : [{ group, dev, train: trainOf(group, dev) }];
  });
  if (shown.length === 0) return undefined;
  const rows = shown.map(({ group, dev, train }) => {
    const cell = (spread: Spread | undefined) =>
      formatSpread(spread, formatNats, group.summaries.length);
    return [
      group.label,
      isNormalized(group) ? dev.statistics : absent,
      cell(train?.nllPerUnit),
      cell(train?.frameErrorRate),
      cell(dev.nllPerUnit),
      cell(dev.frameErrorRate),
    ];
  });
  return {
    title: 'Frame-wise cross entropy (FCE, nats) and frame error rate (FER)',
    columns: [
      left('preset'),
      left('statistics'),
      right('train FCE'),
      right('train FER'),
      right('dev FCE'),
      right('dev FER'),
    ],
    rows,
    notes: sampleNotes(
      shown.flatMap(({ train }) => train?.units?.mean ?? []),
      corpus.counts['train'],
    ),
  };
}

/** The validation that stands for a group: one that the training split was evaluated under too, if any. */
function judgedBy(group: ComparedGroup): Quality | undefined {
  const both = group.qualities.find(
    (quality) => quality.split === 'valid' && trainOf(group, quality) !== undefined,
  );
  return shownValidation(group, both?.statistics);
}

/** The training split under the statistics of a validation. */
function trainOf(group: ComparedGroup, { statistics: wanted }: Quality): Quality | undefined {
  return group.qualities.find(
    ({ split, statistics }) => split === 'train' && statistics === wanted,
  );
}

/** Says so where the training split was evaluated in part. */
function sampleNotes(evaluated: readonly number[], whole: number | undefined): string[] {
  const least = Math.min(...evaluated);
  if (whole === undefined || !(least < whole)) return [];
  return [`Train: of a sample of ${formatCount(least)} of ${formatCount(whole)} training frames.`];
}
