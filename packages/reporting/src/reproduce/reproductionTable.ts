import type { Unit } from '@bnrnn/core';
import { formatSpread, spreadOf } from '../compare/spread';
import { summarizeRun, type RunSummary } from '../compare/runSummary';
import { absent, formatCount, formatNats, formatPerplexity, formatShare } from '../formatNumber';
import type { Run } from '../run/run';
import { writeTable, type TableFormat } from '../table/writeTable';
import { unitsOf } from '../unitWords';
import { bestReading, readingsOf, type Measured, type Reading } from './readings';

/** What the paper says of a model, and the runs that stand beside it. */
export interface ReproducedModel {
  readonly preset: string;
  /** Training and validation: perplexity, or cross entropy and error rate; absent where it has no table. */
  readonly paper?: { readonly train: readonly number[]; readonly valid: readonly number[] };
  readonly runs: readonly Run[];
  /** Seeds that were asked for. */
  readonly planned: number;
  /** The command that makes the row. */
  readonly command: string;
}

/** A baseline and its normalized twin. */
export interface ReproducedPair {
  readonly baseline: ReproducedModel;
  readonly treatment: ReproducedModel;
}

/**
 * "Paper | ours" for pairs of models, mean ± sample deviation over the seeds, with both readings of
 * "best": each arm at its own best validation, and both at the baseline's. The last reading is at the
 * end, under recalibrated statistics.
 *
 * @param unit what a row without runs would predict
 */
export function reproductionTable(
  title: string,
  unit: Unit,
  pairs: readonly ReproducedPair[],
  format: TableFormat = 'text',
): string {
  const right = (header: string) => ({ header, align: 'right' }) as const;
  const left = (header: string) => ({ header, align: 'left' }) as const;
  const units = pairs.map((pair) => unitOf(pair, unit));
  const words = [...new Set(units.map((one) => measures[one]))].join('; ');
  return writeTable(
    {
      title: `${title}: ${words}, training / validation`,
      columns: [
        left('model'),
        right('paper'),
        right('ours, own best'),
        right("at the baseline's best"),
        right('at the end'),
        left('seeds'),
        left('command'),
        left('commit'),
      ],
      rows: pairs.flatMap((pair, i) => rowsOf(pair, units[i] ?? unit)),
      notes: [
        'Mean ± sample standard deviation over the seeds. Own best: at the validation with the lowest loss, under the ' +
          "statistics that the recipe validates under. At the baseline's best: at the validation where the baseline of " +
          'the same seed has its lowest loss. At the end: validation under recalibrated statistics.',
        ...dataNote(pairs),
      ],
    },
    format,
  );
}

/** What the cells of a row hold; characters differ in digits that perplexities round away. */
const measures: Readonly<Record<Unit, string>> = {
  word: 'perplexity',
  character: 'nats a character',
  frame: 'nats a frame, error rate',
};

/** What the runs were trained on, and what the paper's were. */
function dataNote(pairs: readonly ReproducedPair[]): string[] {
  const configs = pairs
    .flatMap(({ baseline, treatment }) => [...baseline.runs, ...treatment.runs])
    .map(({ config }) => config);
  if (configs.length === 0) return [];
  const listed = (names: readonly string[]) => [...new Set(names)].join('; ');
  const ours = listed(configs.map(trainedOn));
  const papers = listed(configs.map(({ unit }) => paperData[unit]));
  return [`Data of our runs: ${ours}. Data of the paper: ${papers}.`];
}

function trainedOn({ corpus, unit }: Run['config']): string {
  const { train } = corpus.counts;
  if (train === undefined) return corpus.name;
  return `${corpus.name}, ${formatCount(train)} training ${unitsOf(unit)}`;
}

const paperData: Readonly<Record<Unit, string>> = {
  word: 'Penn Treebank',
  character: 'Penn Treebank',
  frame: 'Wall Street Journal',
};

/** What the runs of a pair predict; `unit` where there are none. */
function unitOf({ baseline, treatment }: ReproducedPair, unit: Unit): Unit {
  return [...baseline.runs, ...treatment.runs][0]?.config.unit ?? unit;
}

/** A commit as people write it; what stands behind it, such as `-changed`, stays. */
function shortCommit(commit: string | undefined): string[] {
  return commit === undefined ? [] : [commit.replace(/^([0-9a-f]{7})[0-9a-f]*/, '$1')];
}

/** One of the three ways to read a run. */
interface Read {
  readonly train: Measured | undefined;
  readonly valid: Measured | undefined;
}

function rowsOf({ baseline, treatment }: ReproducedPair, unit: Unit): string[][] {
  const bestOfBaseline = new Map(
    baseline.runs.map((run) => [run.config.seed, bestReading(readingsOf(summarizeRun(run)))]),
  );
  const at = (summary: RunSummary): Reading | undefined => {
    const step = bestOfBaseline.get(summary.run.config.seed)?.step;
    return readingsOf(summary).find((reading) => reading.step === step);
  };
  return [baseline, treatment].map((model) => {
    const summaries = model.runs
      .filter(({ result }) => result?.diverged === undefined)
      .map(summarizeRun);
    const cell = (read: (summary: RunSummary) => Read | undefined) =>
      cellOf(summaries.map(read), unit);
    const seeds = model.runs.map(({ config }) => config.seed);
    const commits = new Set(model.runs.flatMap(({ config }) => shortCommit(config.commit)));
    return [
      model.preset,
      paperCell(model.paper, unit),
      cell((summary) => bestReading(readingsOf(summary))),
      cell(at),
      cell(atTheEnd),
      seeds.length === 0 ? `${absent} of ${model.planned}` : seedsOf(seeds, model.planned),
      model.command,
      commits.size === 0 ? absent : [...commits].join(', '),
    ];
  });
}

function seedsOf(seeds: readonly number[], planned: number): string {
  const list = seeds.join(', ');
  return seeds.length < planned ? `${list} (${seeds.length} of ${planned})` : list;
}

/** The last training loss of an epoch, and the last validation under recalibrated statistics. */
function atTheEnd(summary: RunSummary): Read | undefined {
  const { evaluations, lastEpoch } = summary;
  const recalibrated = evaluations.find(
    ({ split, statistics }) => split === 'valid' && statistics === 'recalibrated',
  );
  if (recalibrated === undefined) return undefined;
  const { nllPerUnit, frameErrorRate } = recalibrated;
  return {
    train:
      readingsOf(summary).at(-1)?.train ??
      (lastEpoch === undefined ? undefined : { nats: lastEpoch.trainNllPerUnit }),
    valid: {
      nats: nllPerUnit,
      ...(frameErrorRate !== undefined && { errorRate: frameErrorRate }),
    },
  };
}

function cellOf(reads: readonly (Read | undefined)[], unit: Unit): string {
  if (!reads.some((read) => read?.valid !== undefined)) return absent;
  const side = (which: keyof Read) => {
    const nats = reads.map((read) => read?.[which]?.nats);
    const errors = reads.map((read) => read?.[which]?.errorRate);
    const loss =
      unit !== 'word'
        ? formatSpread(spreadOf(nats), formatNats, reads.length)
        : formatSpread(
            spreadOf(nats.map((value) => (value === undefined ? undefined : Math.exp(value)))),
            formatPerplexity,
            reads.length,
          );
    const error = spreadOf(errors);
    return error === undefined
      ? loss
      : `${loss}, ${formatSpread(error, formatShare, reads.length)}`;
  };
  return `${side('train')} / ${side('valid')}`;
}

function paperCell(paper: ReproducedModel['paper'], unit: Unit): string {
  if (paper === undefined) return absent;
  const side = ([loss, errorRate]: readonly number[]) => {
    const written = (loss ?? NaN).toFixed(unit === 'word' ? 1 : 2);
    return errorRate === undefined ? written : `${written}, ${(100 * errorRate).toFixed(0)} %`;
  };
  return `${side(paper.train)} / ${side(paper.valid)}`;
}
