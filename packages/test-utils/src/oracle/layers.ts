import { array64, axis, type Array64 } from '../array64';
import { addToRows, project, setStep, stepOf, type RowLengths } from './arithmetic';
import { gruScan, type GruScanOptions, type GruScanResult } from './gruScan';
import { lstmScan, type LstmScanOptions, type LstmScanResult } from './lstmScan';
import { rnnScan, type RnnScanOptions, type RnnScanResult } from './rnnScan';

/** Normalizes the projected input of all steps, [T, B, F] to the same shape; `lengths` of its rows. */
export type SequenceNormalizer = (x: Array64, lengths: RowLengths) => Array64;

export interface LayerWeights {
  /** [I, G·H] for a cell of G gates. */
  input: Array64;
  /** [G·H]: added after the normalizer of the input projection. */
  bias?: Array64 | undefined;
  /** [H, G·H]. */
  recurrent: Array64;
  /** [G·H]. */
  recurrentBias?: Array64 | undefined;
}

interface LayerOptions {
  /** [T, B, I]. */
  x: Array64;
  weights: LayerWeights;
  /** [B, H]; zeros unless given. */
  hidden0?: Array64 | undefined;
  /** Real steps of each row. */
  lengths?: RowLengths;
  reverse?: boolean | undefined;
}

/** The placements: `inputToHidden` on x·W of all steps, the others inside the recurrence. */
type Placements<Inside> = Inside & { inputToHidden?: SequenceNormalizer | undefined };

export interface LstmLayerOptions extends LayerOptions {
  weights: LayerWeights & { peepholes?: Array64 | undefined };
  /** [B, H]; zeros unless given. */
  cell0?: Array64 | undefined;
  normalize?: Placements<NonNullable<LstmScanOptions['normalize']>>;
}

/** An LSTM layer: `lstmScan` over inputToHidden(x·W) + bias. */
export function lstmLayer(options: LstmLayerOptions): LstmScanResult {
  const { weights, lengths, reverse, normalize = {} } = options;
  return lstmScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    peepholes: weights.peepholes,
    hidden0: options.hidden0 ?? zeroState(options),
    cell0: options.cell0 ?? zeroState(options),
    lengths,
    reverse,
    normalize,
  });
}

export interface RnnLayerOptions extends LayerOptions {
  activation: 'tanh' | 'relu';
  normalize?: Placements<NonNullable<RnnScanOptions['normalize']>>;
}

/** A vanilla recurrent layer: `rnnScan` over inputToHidden(x·W) + bias. */
export function rnnLayer(options: RnnLayerOptions): RnnScanResult {
  const { weights, lengths, reverse, activation, normalize = {} } = options;
  return rnnScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    hidden0: options.hidden0 ?? zeroState(options),
    lengths,
    reverse,
    activation,
    normalize,
  });
}

export interface GruLayerOptions extends LayerOptions {
  normalize?: Placements<NonNullable<GruScanOptions['normalize']>>;
}

/** A GRU layer: `gruScan` over inputToHidden(x·W) + bias. */
export function gruLayer(options: GruLayerOptions): GruScanResult {
  const { weights, lengths, reverse, normalize = {} } = options;
  return gruScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    hidden0: options.hidden0 ?? zeroState(options),
    lengths,
    reverse,
    normalize,
  });
}

function projectedInput(options: LayerOptions, normalizer?: SequenceNormalizer): Array64 {
  const { x, weights, lengths } = options;
  const plain = project(x, weights.input);
  const normalized = normalizer === undefined ? plain : normalizer(plain, lengths);
  if (weights.bias === undefined) return normalized;
  const y = array64(normalized.shape);
  for (let t = 0; t < axis(y, 0); t++)
    setStep(y, t, addToRows(stepOf(normalized, t), weights.bias));
  return y;
}

function zeroState({ x, weights }: LayerOptions): Array64 {
  return array64([axis(x, 1), axis(weights.recurrent, 0)]);
}
