import { array64, axis, type Array64 } from '../array64';
import { addToRows, project, setStep, stepOf } from './arithmetic';
import { gruScan, type GruScanResult } from './gruScan';
import { lstmScan, type LstmScanOptions, type LstmScanResult } from './lstmScan';
import { rnnScan, type RnnScanOptions, type RnnScanResult } from './rnnScan';

/** Normalizes the projected input of all steps, [T, B, F] to the same shape; `mask` [T, B]. */
export type SequenceNormalizer = (x: Array64, mask: Array64 | undefined) => Array64;

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
  /** [T, B]. */
  mask?: Array64 | undefined;
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
  const { weights, mask, reverse, normalize = {} } = options;
  return lstmScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    peepholes: weights.peepholes,
    hidden0: options.hidden0 ?? zeroState(options),
    cell0: options.cell0 ?? zeroState(options),
    mask,
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
  const { weights, mask, reverse, activation, normalize = {} } = options;
  return rnnScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    hidden0: options.hidden0 ?? zeroState(options),
    mask,
    reverse,
    activation,
    normalize,
  });
}

export interface GruLayerOptions extends LayerOptions {
  normalize?: { inputToHidden?: SequenceNormalizer | undefined };
}

/** A GRU layer: `gruScan` over inputToHidden(x·W) + bias. */
export function gruLayer(options: GruLayerOptions): GruScanResult {
  const { weights, mask, reverse, normalize = {} } = options;
  return gruScan({
    projected: projectedInput(options, normalize.inputToHidden),
    recurrent: weights.recurrent,
    recurrentBias: weights.recurrentBias,
    hidden0: options.hidden0 ?? zeroState(options),
    mask,
    reverse,
  });
}

function projectedInput(options: LayerOptions, normalizer?: SequenceNormalizer): Array64 {
  const { x, weights, mask } = options;
  const plain = project(x, weights.input);
  const normalized = normalizer === undefined ? plain : normalizer(plain, mask);
  if (weights.bias === undefined) return normalized;
  const y = array64(normalized.shape);
  for (let t = 0; t < axis(y, 0); t++)
    setStep(y, t, addToRows(stepOf(normalized, t), weights.bias));
  return y;
}

function zeroState({ x, weights }: LayerOptions): Array64 {
  return array64([axis(x, 1), axis(weights.recurrent, 0)]);
}
