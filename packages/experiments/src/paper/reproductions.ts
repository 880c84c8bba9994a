import { expectOneOf, UsageError } from '@bnrnn/core';
import { characterFigure, largeFigure, speechFigure, type PaperFigure } from './paperFigures';

/** The paper's numbers of one model: perplexity, or cross entropy and error rate. */
export interface PaperNumbers {
  readonly train: readonly number[];
  readonly valid: readonly number[];
}

/** A pair of models of the paper, as presets. */
export interface ReproducedRow {
  /** What `--rows` calls it. */
  readonly name: string;
  readonly baseline: string;
  readonly treatment: string;
  /** What the paper's table says of each; absent where it has a figure alone. */
  readonly paper?: { readonly baseline: PaperNumbers; readonly treatment: PaperNumbers };
  readonly figure?: PaperFigure;
}

const perplexity = (train: number, valid: number): PaperNumbers => ({
  train: [train],
  valid: [valid],
});

/** Cross entropy in nats a frame, frame error rate of one. */
const frames = (train: readonly number[], valid: readonly number[]): PaperNumbers => ({
  train,
  valid,
});

const speech: ReproducedRow = {
  name: 'wsj',
  baseline: 'wsj-birnn',
  treatment: 'wsj-birnn-bn',
  paper: {
    baseline: frames([0.95, 0.28], [1.11, 0.33]),
    treatment: frames([0.73, 0.22], [1.19, 0.34]),
  },
  figure: speechFigure,
};

const large: ReproducedRow = {
  name: 'large',
  baseline: 'ptb-large',
  treatment: 'ptb-large-bn',
  paper: { baseline: perplexity(49.3, 81.8), treatment: perplexity(35.0, 97.4) },
  figure: largeFigure,
};

/** What `reproduce` makes, by name: the paper's tables and figures. */
export const reproductions = {
  table1: [speech],
  table2: [
    {
      name: 'small',
      baseline: 'ptb-small',
      treatment: 'ptb-small-bn',
      paper: { baseline: perplexity(78.5, 119.2), treatment: perplexity(62.5, 120.9) },
    },
    {
      name: 'medium',
      baseline: 'ptb-medium',
      treatment: 'ptb-medium-bn',
      paper: { baseline: perplexity(49.1, 89.0), treatment: perplexity(41.0, 90.6) },
    },
    large,
  ],
  figures: [
    {
      name: 'characters',
      baseline: 'ptb-char-rnn',
      treatment: 'ptb-char-rnn-bn',
      figure: characterFigure,
    },
    large,
    speech,
  ],
} as const satisfies Readonly<Record<string, readonly ReproducedRow[]>>;

export type Reproduction = keyof typeof reproductions;

/**
 * The rows that are asked for; all of the language models where none is named, since speech needs
 * other data.
 *
 * @throws UsageError for a name that does not exist.
 */
export function reproducedRows(what: string, rows?: string): readonly ReproducedRow[] {
  const names = Object.keys(reproductions) as Reproduction[];
  const known: readonly ReproducedRow[] =
    reproductions[expectOneOf('reproduce: the table', what, names)];
  if (rows === undefined) {
    const ofText = known.filter((row) => row !== speech);
    return ofText.length > 0 ? ofText : known;
  }
  const wanted = rows.split(',').map((name) => {
    const found = expectOneOf(
      '--rows',
      name.trim(),
      known.map((row) => row.name),
    );
    return known.find((row) => row.name === found) as ReproducedRow;
  });
  if (new Set(wanted).size < wanted.length) {
    throw new UsageError(`--rows is "${rows}", expected each row once.`);
  }
  return wanted;
}
